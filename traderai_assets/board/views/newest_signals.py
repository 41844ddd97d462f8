"""Signals in tables: the newest of all, or of one market, each with what became of it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pandas as pd

from resources.lake.resource import LakeResource
from traderai_assets.board.views.asked import Asked
from traderai_assets.domain.markets import Market
from traderai_assets.domain.numbers import PRICE_DIGITS, significant
from traderai_assets.domain.strategies.strategy import Strategy
from traderai_assets.pages.parts import Cell, Link, Percent, Table, Tone, Toned
from traderai_assets.schemas.signal_outcomes import SIGNAL_OUTCOMES
from traderai_assets.schemas.signals import SIGNALS
from traderai_assets.status.run_facts import moment
from traderai_assets.strategies import strategies_of

SHOWN = 12
# Of its last months: a signal is over within one
_MONTHS = 2
_TONES: dict[str, Tone] = {"target": "good", "stop": "bad"}
COLUMNS = (
    *("said at", "market", "strategy", "side", "speaks", "probability", "size"),
    *("price", "target", "stop", "until", "state", "return before costs"),
)


@dataclass(frozen=True)
class SaidSignals:
    """Signals of one strategy and market, newest first, with the outcome of each.

    Attributes
    ----------
    strategy : Strategy
    market : Market
    rows : DataFrame
        Columns of `SIGNALS`, and `status`, `ended_at`, `entry_price`, `gross_return` of
        `SIGNAL_OUTCOMES`; null where no outcome is stored yet.
    """

    strategy: Strategy
    market: Market
    rows: pd.DataFrame


def said_signals(
    lake: LakeResource, strategy: Strategy, market: Market, *, months: int = _MONTHS
) -> SaidSignals:
    """Read the signals of a market's last months that have any, with their outcomes."""
    own = lake.of(strategy)
    signals, outcomes = own.snapshot(SIGNALS), own.snapshot(SIGNAL_OUTCOMES)
    last = signals.months(market)[-months:]
    said = signals.read(market, last)
    told = outcomes.read(
        market, [one for one in outcomes.months(market) if one >= min(last, default="")]
    )
    beside = told[["open_time", "status", "ended_at", "entry_price", "gross_return"]]
    joined = said.merge(beside, on="open_time", how="left")
    return SaidSignals(strategy, market, joined.sort_values("open_time", ascending=False))


def newest_signals(asked: Asked) -> Table:
    """Return the newest signals of all strategies and markets."""
    sources = asked.sources
    found: list[tuple[datetime, list[Cell]]] = []
    for strategy in strategies_of(sources.settings):
        for key in sources.lake.of(strategy).snapshot(SIGNALS).markets():
            said = said_signals(sources.lake, strategy, Market.parse(key))
            found += _timed(said, SHOWN)
    found.sort(key=lambda one: one[0], reverse=True)
    return signal_table([row for _, row in found[:SHOWN]])


def signal_table(rows: Sequence[Sequence[Cell]]) -> Table:
    """Return a table of signals."""
    title = "Newest first, times UTC; prices around the close of the signal's bar"
    return Table("signals", title, COLUMNS, rows, empty="no signal was given yet")


def signal_rows_of(said: SaidSignals, most: int) -> list[list[Cell]]:
    """Return the newest signals as rows of the table."""
    return [row for _, row in _timed(said, most)]


def signal_path(said: SaidSignals, opened: datetime) -> str:
    """Return the path of the page of one signal."""
    return f"/signals/{said.strategy.name}/{said.market.key}/{opened:%Y-%m-%dT%H:%M}"


def _timed(said: SaidSignals, most: int) -> Iterator[tuple[datetime, list[Cell]]]:
    for row in said.rows.head(most).to_dict("records"):
        yield row["decided_at"], _cells(said, row)


def _cells(said: SaidSignals, row: dict[Any, Any]) -> list[Cell]:
    status = "said" if pd.isna(row["status"]) else str(row["status"])
    return [
        Link(f"{row['decided_at']:%Y-%m-%d %H:%M}", signal_path(said, row["open_time"])),
        Link(said.market.key, f"/markets/{said.market.key}"),
        Link(said.strategy.name, f"/strategies/{said.strategy.name}"),
        "long" if row["side"] > 0 else "short",
        "on paper" if row["paper"] else "in full",
        significant(row["probability"], 3),
        None if pd.isna(row["size"]) else significant(row["size"], 4),
        *(
            significant(row[f"{name}_price"], PRICE_DIGITS)
            for name in ("reference", "target", "stop")
        ),
        moment(row["valid_until"]),
        Toned(status, _TONES.get(status, "plain")),
        None if pd.isna(row["gross_return"]) else Percent(float(row["gross_return"])),
    ]
