"""Finding the run a person means by the first characters of its id."""

import re
from typing import TYPE_CHECKING

from traderai_assets.domain.errors import InvalidInput
from traderai_assets.status.run_facts import work_of

if TYPE_CHECKING:
    from dagster import DagsterInstance, DagsterRun

_FEWEST = 4
_PREFIX = re.compile(rf"[0-9a-f-]{{{_FEWEST},36}}")
_CANDIDATES_NAMED = 5


def find_run(instance: "DagsterInstance", written: str) -> "DagsterRun":
    """Return the one run whose id begins with what was written.

    Raises
    ------
    InvalidInput
        If it is too short or no id, or if no run or several begin so; names the candidates.
    """
    prefix = written.lower()
    if not _PREFIX.fullmatch(prefix):
        raise InvalidInput(
            f"{written!r} is no run id; expected its first {_FEWEST} characters or more, as "
            '"traderai runs list" shows them'
        )
    run_ids = [run_id for run_id in instance.get_run_ids() if run_id.startswith(prefix)]
    runs = [
        run for run_id in run_ids[:_CANDIDATES_NAMED] if (run := instance.get_run_by_id(run_id))
    ]
    if not runs:
        raise InvalidInput(f'no run begins with {prefix}; "traderai runs list" names the newest')
    if len(run_ids) > 1:
        named = ", ".join(f"{run.run_id} ({work_of(run)}, {run.status.value})" for run in runs)
        more = f" and {len(run_ids) - len(runs)} more" if len(run_ids) > len(runs) else ""
        raise InvalidInput(f"{prefix} begins {len(run_ids)} runs, write more of it: {named}{more}")
    return runs[0]


def named(run: "DagsterRun") -> str:
    """Return a run's name for people: the start of its id, and its work."""
    return f"run {run.run_id[:8]} ({work_of(run)})"
