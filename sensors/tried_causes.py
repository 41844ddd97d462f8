"""Tried causes: which runs were made for the causes that a tick asks about, by a few queries."""

from collections import defaultdict
from collections.abc import Iterable

import dagster as dg
from dagster._core.storage.dagster_run import RunRecord

from traderai_assets.domain.run_tags import HIDDEN, former

RUN_KEY_TAG = "dagster/run_key"
# On every run but the first that was asked for of one cause: the run key of the first
CAUSE_TAG = f"{HIDDEN}cause"
_A_QUERY = 500  # Causes in one query: every database takes so many


class TriedCauses:
    """The runs of each cause, as they were when the tick first asked for it."""

    def __init__(self, instance: dg.DagsterInstance) -> None:
        self._instance = instance
        self._records: dict[str, list[RunRecord]] = {}

    def of(self, cause: str) -> list[RunRecord]:
        """Return every run that was made for a cause, the last made first."""
        self.foresee([cause])
        return self._records[cause]

    def foresee(self, causes: Iterable[str]) -> None:
        """Read the runs of all these causes that were not read yet."""
        lacking = [cause for cause in dict.fromkeys(causes) if cause not in self._records]
        for first in range(0, len(lacking), _A_QUERY):
            self._read(lacking[first : first + _A_QUERY])

    def _read(self, causes: list[str]) -> None:
        found: dict[str, dict[int, RunRecord]] = defaultdict(dict)
        for tag in (CAUSE_TAG, former(CAUSE_TAG), RUN_KEY_TAG):
            wanted = dg.RunsFilter(tags={tag: causes})
            for record in self._instance.get_run_records(wanted):
                found[record.dagster_run.tags[tag]][record.storage_id] = record
        for cause in causes:
            newest_first = sorted(found[cause].items(), reverse=True)
            self._records[cause] = [record for _, record in newest_first]
