"""Retirement: a person ends a strategy, or takes that back; nothing that was spent is forgotten.

The change of state is stored first and the verdict that says so after it, as a judgement stores
them. Each is refused where a judgement stored its own meanwhile, and nothing is lost.
"""

from datetime import UTC, datetime

import dagster as dg
import pandas as pd

from resources.lake.remembered import Remembered
from resources.lake.resource import LakeResource
from resources.lake.snapshot import LakeSnapshot
from traderai_assets.domain.errors import InvalidInput
from traderai_assets.domain.strategies.states import (
    RETIRED,
    StateChange,
    registered_again,
    retired,
    state_after,
)
from traderai_assets.domain.strategies.strategy import Strategy
from traderai_assets.domain.strategies.verdict_rows import Row, change_rows, changes_of
from traderai_assets.registry.stored_records import rows_under_all_names, with_rows
from traderai_assets.runs.strategy_assets import asset_key
from traderai_assets.schemas.strategies import STRATEGIES
from traderai_assets.schemas.tables import ALL_MARKETS, ALL_MONTHS
from traderai_assets.schemas.verdict import STATE_CHANGES, VERDICTS

_ONE = (ALL_MARKETS, ALL_MONTHS)
_RUN, _CODE_VERSION = "by hand", "1"
_ended: Remembered[bool] = Remembered(1_000)


def is_retired(verdicts: LakeSnapshot, strategy: Strategy) -> bool:
    """Whether a person ended the strategy, by the last of its `VERDICTS`.

    Asked at every tick of each sensor: the table is read once a version.
    """

    def worked_out() -> bool:
        own = _own(verdicts.read(*_as_read()), strategy)
        return len(own) > 0 and str(own["state"].iloc[-1]) == RETIRED

    return _ended.of((verdicts.content_hash(*_ONE), strategy.id), worked_out)


def change_by_hand(
    lake: LakeResource,
    instance: dg.DagsterInstance,
    strategy: Strategy,
    *,
    ends: bool,
    reason: str,
    by: str,
) -> StateChange:
    """Retire a strategy, or have it judged on, and tell it in the event log.

    Parameters
    ----------
    lake, instance
    strategy : Strategy
    ends : bool
        Whether it is retired; else it is registered again.
    reason, by : str
        Why, in a person's words, and who that is.

    Raises
    ------
    InvalidInput
        If it is retired already, or was not, or was never judged.
    WriteConflict
        If it was judged meanwhile; do it again.
    """
    own = lake.of(strategy)
    registry = own.snapshot(STRATEGIES).read(*_as_read())
    changes = changes_of(rows_under_all_names(lake, registry, STATE_CHANGES, strategy.id, "number"))
    state_table, verdict_table = own.snapshot(STATE_CHANGES), own.snapshot(VERDICTS)
    verdicts = _own(verdict_table.read(*_as_read()), strategy)
    if verdicts.empty:
        raise InvalidInput(
            f"strategy {strategy.name} was never judged, so there is nothing to end; take "
            f"[strategies.{strategy.name}] out of the settings to have it made no more"
        )
    last, state = verdicts.iloc[-1], state_after(changes)
    # A verdict that is behind is one of before: whoever changed the state was killed
    if str(last["state"]) == state or (state == RETIRED) != ends:
        _check(strategy, state, ends=ends)
        day = max([last["judged_until"], *(change.day for change in changes)])
        changes = (*changes, (retired if ends else registered_again)(changes, day))
    change = changes[-1]
    sentence = f"{change.after}: {change.cause} on {change.day:%Y-%m-%d} by {by}: {reason}"
    number = int(last["number"]) + 1
    row: Row = {str(name): value for name, value in last.items()}
    row |= {"number": number, "state": change.after, "sentence": sentence}
    stored = state_table.read(*_as_read())
    others = stored[stored["strategy_id"] != strategy.id]
    rows = change_rows(changes, strategy.id)
    _publish(state_table, with_rows(others, STATE_CHANGES, rows))
    _publish(verdict_table, with_rows(verdict_table.read(*_as_read()), VERDICTS, [row]))
    instance.report_runless_asset_event(
        dg.AssetObservation(
            asset_key(strategy, "verdict"),
            description=sentence,
            metadata={
                "state": change.after,
                "reason": reason,
                "by": by,
                "at": dg.TimestampMetadataValue(datetime.now(UTC).timestamp()),
            },
        )
    )
    return change


def _check(strategy: Strategy, state: str, *, ends: bool) -> None:
    if ends and state == RETIRED:
        raise InvalidInput(
            f"strategy {strategy.name} is retired already; "
            f'"traderai strategies register {strategy.name}" takes that back'
        )
    if not ends and state != RETIRED:
        raise InvalidInput(f"strategy {strategy.name} is {state}, not retired; it is judged as is")


def _as_read() -> tuple[str, list[str | None]]:
    return ALL_MARKETS, [ALL_MONTHS]


def _own(rows: pd.DataFrame, strategy: Strategy) -> pd.DataFrame:
    return rows[rows["strategy_id"] == strategy.id].sort_values("number")


def _publish(snapshot: LakeSnapshot, rows: pd.DataFrame) -> None:
    snapshot.publish({_ONE: rows}, run_id=_RUN, code_version=_CODE_VERSION)
