"""Ledgers: what stands beside a run's candles, stored page by page, or all markets' at once.

The order of commits is what makes a kill harmless (docs/adr/0004): refused rows before the candles
around them, gaps after, asks last.
"""

from collections.abc import Iterable, Mapping
from functools import partial

import pandas as pd

from resources.lake.partitions import Publication as Published
from resources.lake.resource import LakeResource
from resources.lake.snapshot import LakeSnapshot
from traderai_assets.domain.errors import TraderAIError
from traderai_assets.runs.publication import Publication
from traderai_assets.runs.publishing_apart import publish_apart
from traderai_assets.schemas.candles import CANDLE_ASKS, CANDLE_GAPS, CANDLE_QUARANTINE

Frames = dict[tuple[str, str], pd.DataFrame]


class Ledgers:
    """Refused rows, gaps and asks as they were when the run began; loaded once a run.

    Parameters
    ----------
    run_id, code_version : str
        Of the run that stores.
    lake : LakeResource
    held : bool
        Whether nothing is stored before `flush`, of all markets at once; else each page as it
        comes, so that a run that is killed goes on after it.
    """

    def __init__(
        self, run_id: str, code_version: str, lake: LakeResource, *, held: bool = False
    ) -> None:
        self.quarantine = lake.snapshot(CANDLE_QUARANTINE)
        self.gaps = lake.snapshot(CANDLE_GAPS)
        self.asks = lake.snapshot(CANDLE_ASKS)
        self._run_id, self._code_version = run_id, code_version
        self._held: dict[str, Frames] | None = {} if held else None

    def store(self, ledger: LakeSnapshot, key: tuple[str, str], frame: pd.DataFrame) -> None:
        """Store, or hold, what one of the three says of a month."""
        if self._held is None:
            self._store(ledger, {key: frame})
        else:
            self._held.setdefault(ledger.table.name, {})[key] = frame

    def store_candles(self, publication: Publication) -> None:
        """Store the candles that are put, unless all is held."""
        if self._held is None:
            publication.commit()

    def drop(self, keys: Iterable[tuple[str, str]]) -> None:
        """Forget what is held of these partitions."""
        for key in keys:
            for frames in (self._held or {}).values():
                frames.pop(key, None)

    def flush(self, publication: Publication) -> Mapping[tuple[str, str], TraderAIError]:
        """Store all that is held, in the order that makes a kill harmless.

        Returns what could not be stored, by partition: nothing more of such a one is stored, and
        of the others all.
        """
        held, self._held = self._held or {}, {}
        failed = self._publish(self.quarantine, held, {})
        publication.drop(failed)
        failed |= publication.commit_apart()
        failed |= self._publish(self.gaps, held, failed)
        failed |= self._publish(self.asks, held, failed)
        return failed

    def _publish(
        self,
        ledger: LakeSnapshot,
        held: Mapping[str, Frames],
        failed: Mapping[tuple[str, str], TraderAIError],
    ) -> dict[tuple[str, str], TraderAIError]:
        frames = held.get(ledger.table.name, {})
        told = {key: frame for key, frame in frames.items() if key not in failed}
        return publish_apart(partial(self._store, ledger), told)[1]

    def _store(
        self, ledger: LakeSnapshot, frames: Mapping[tuple[str, str], pd.DataFrame]
    ) -> Published:
        return ledger.publish(frames, run_id=self._run_id, code_version=self._code_version)
