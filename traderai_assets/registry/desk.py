"""What a change by hand works with: where things are stored, who asks, why and when."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import dagster as dg
import pandas as pd

from resources.lake.resource import LakeResource
from resources.studies.resource import StudiesResource
from traderai_assets.domain.errors import InvalidInput
from traderai_assets.domain.plain_text import plain_line
from traderai_assets.domain.run_config import MOST_WORDS
from traderai_assets.settings import Settings

RUN_BY_HAND, CODE_VERSION = "by hand", "1"


def _now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True)
class Desk:
    """All that a command or a job hands to the functions of this room.

    Attributes
    ----------
    settings, lake, studies, instance
    reason, by : str
        Why, in a person's words, and who that is; made plain here.
    run_id : str
        Of the run that does it; `RUN_BY_HAND` where a command does.
    clock : callable
        Gives this machine's time.
    """

    settings: Settings
    lake: LakeResource
    studies: StudiesResource
    instance: dg.DagsterInstance
    reason: str
    by: str
    run_id: str = RUN_BY_HAND
    clock: Callable[[], datetime] = _now

    def __post_init__(self) -> None:
        for name in ("reason", "by"):
            told = plain_line(getattr(self, name), most=MOST_WORDS).strip()
            if not told:
                raise InvalidInput(f"{name} is empty; a change by hand is kept with its {name}")
            object.__setattr__(self, name, told)

    def tell(self, asset: dg.AssetKey, partition: str, sentence: str, **more: str) -> None:
        """Tell Dagster's event log of a change, with who, when and why."""
        self.instance.report_runless_asset_event(
            dg.AssetObservation(
                asset,
                partition=partition,
                description=sentence,
                metadata={**self.told(), **more},
            )
        )

    def told(self) -> dict[str, Any]:
        """Return who, when, why and by which run, for an event."""
        at = dg.TimestampMetadataValue(self.clock().timestamp())
        return {"reason": self.reason, "by": self.by, "at": at, "made_by": self.run_id}


def with_row(stored: pd.DataFrame, empty: pd.DataFrame, row: Mapping[str, object]) -> pd.DataFrame:
    """Return rows of a numbered table with one more at their end."""
    numbered = {"number": len(stored) + 1, **row}
    added = pd.DataFrame([numbered], columns=list(empty)).astype(dict(empty.dtypes))
    return pd.concat([stored, added], ignore_index=True) if len(stored) else added
