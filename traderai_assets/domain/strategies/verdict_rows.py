"""Rows of a verdict: what is stored of one, and what is read back for the next."""

import json
from collections.abc import Iterable
from typing import Any

import pandas as pd

from traderai_assets.domain.strategies.looks import Look, LookCalendar
from traderai_assets.domain.strategies.states import StateChange
from traderai_assets.domain.strategies.verdict import StrategyVerdict
from traderai_assets.domain.strategies.vetoes import MarketVeto

Row = dict[str, Any]


def looks_of(rows: pd.DataFrame) -> tuple[Look, ...]:
    """Read the looks of one strategy back, in order."""
    rows = rows.sort_values("number")
    return tuple(
        Look.from_row({str(name): value for name, value in row.items()})
        for row in rows.to_dict("records")
    )


def calendar_of(rows: pd.DataFrame) -> LookCalendar | None:
    """Return the calendar that the looks made so far follow; None where none was made."""
    return None if rows.empty else LookCalendar(pd.Timestamp(rows["first_day"].iloc[0]))


def changes_of(rows: pd.DataFrame) -> tuple[StateChange, ...]:
    """Read the changes of one strategy back, in order."""
    return tuple(
        StateChange(pd.Timestamp(row["day"]), row["before"], row["after"], row["cause"])
        for row in rows.sort_values("number").to_dict("records")
    )


def look_rows(looks: Iterable[Look], strategy: str, calendar: LookCalendar) -> list[Row]:
    """Return a row a look."""
    first = {"strategy_id": strategy, "first_day": calendar.first_day}
    return [{**first, **look.to_row()} for look in looks]


def change_rows(changes: Iterable[StateChange], strategy: str) -> list[Row]:
    """Return a row a change."""
    return [
        {"strategy_id": strategy, "number": number, **vars(change)}
        for number, change in enumerate(changes, 1)
    ]


def veto_rows(vetoes: Iterable[MarketVeto], strategy: str, verdict: int) -> list[Row]:
    """Return a row a market, of the verdict of that number."""
    rows = []
    for veto in vetoes:
        row = veto.to_row()
        about = row.pop("market")
        rows.append({"strategy_id": strategy, "verdict": verdict, "about": about, **row})
    return rows


def verdict_row(
    verdict: StrategyVerdict, *, number: int, judged_until: pd.Timestamp, record: str
) -> Row:
    """Return the row of a verdict itself."""
    return {
        "strategy_id": verdict.strategy,
        "number": number,
        "judged_until": judged_until,
        "state": verdict.state,
        "sentence": verdict.sentence,
        "strategies": verdict.numbers["strategies"],
        "record": record,
        "numbers": json.dumps(verdict.numbers, sort_keys=True, allow_nan=False),
    }


def is_the_same(row: Row, other: Row) -> bool:
    """Whether two verdicts say the same of the same record, whatever their numbers."""
    return {**row, "number": 0} == {**other, "number": 0}
