"""The page of a market: its candles and their gaps, and what strategies did and said there."""

from collections.abc import Callable, Sequence
from typing import Final

import numpy as np
import pandas as pd

from traderai_assets.domain.numbers import percent
from traderai_assets.domain.strategies.periods import measured_periods
from traderai_assets.domain.strategies.pool import account_of
from traderai_assets.pages.parts import (
    Number,
    Numbers,
    Page,
    Part,
    Section,
    Words,
)
from traderai_assets.report.candles_section import candles_section
from traderai_assets.report.champions_section import champions_section
from traderai_assets.report.charts import thinned_chart
from traderai_assets.report.market_reading import MarketFacts
from traderai_assets.report.sections import chosen_sections
from traderai_assets.report.tables import frame_table, seconds_of
from traderai_assets.report.trades_section import ended_by, joined, signals_table, trades_parts

_DAY = 86_400
_SHARES = ("net_return", "buy_and_hold_return", "max_drawdown", "exposure")
SECTIONS: Final[dict[str, Callable[[MarketFacts], Section]]] = {
    "now": lambda facts: _now(facts),
    "candles": lambda facts: candles_section(facts.pictures),
    "strategies": lambda facts: _strategies(facts),
    "trades": lambda facts: Section("trades", "Trades", trades_parts({facts.market: facts.trades})),
    "signals": lambda facts: _signals(facts),
    "champions": lambda facts: champions_section({facts.market: facts.champions}),
    "drift": lambda facts: _drift(facts),
    "stored": lambda facts: _stored(facts),
}


def market_page(facts: MarketFacts, sections: Sequence[str] = ()) -> Page:
    """Return the page; see `strategy_page.strategy_page` for the sections."""
    last = facts.months["last"].iloc[-1] if len(facts.months) else None
    return Page(
        title=f"Market {facts.market}",
        about=f"what {facts.strategy} did and said there; {facts.period.text}"
        + ("" if last is None else f"; last candle opened {last:%Y-%m-%d %H:%M} UTC"),
        sections=[make(facts) for make in chosen_sections(SECTIONS, sections)],
        facts={"strategy": facts.strategy, "months": len(facts.months)},
    )


def _now(facts: MarketFacts) -> Section:
    history = facts.champions.sort_values("number")
    last = history.iloc[-1] if len(history) else None
    speaks = "nobody" if last is None or pd.isna(last["strategy"]) else str(last["strategy"])
    parts: list[Part] = [
        Numbers(
            [
                Number(
                    "speaks", speaks, "" if last is None else f"since {last['changed_at']:%Y-%m-%d}"
                ),
                Number(
                    "candles",
                    f"{int(facts.months['candles'].sum()):,}",
                    f"{len(facts.months)} months",
                ),
                Number(
                    "absent bars",
                    f"{int(facts.gaps['absent_bars'].sum()):,}",
                    f"in {len(facts.gaps)} gaps",
                ),
                Number(
                    "quarantined rows",
                    f"{int(facts.quarantine['rows'].sum()):,}",
                    "not taken for candles",
                ),
                Number("live signals", f"{len(facts.signals):,}", f"of {facts.strategy}"),
            ]
        )
    ]
    if last is not None:
        parts.append(Words([str(last["reason"])]))
    return Section("now", "Now", parts)


def _strategies(facts: MarketFacts) -> Section:
    known = {name: own for name, own in facts.records.items() if len(own)}
    if not known:
        text = "No strategy has a day on record here in this period."
        return Section("strategies", "Strategies", [Words([text])])
    rows = [measured_periods(own, pd.Series(name, own.index)) for name, own in known.items()]
    accounts = pd.DataFrame(
        {
            name: pd.Series(account_of(own["net"].to_numpy(np.float64))[1:], own["day"])
            for name, own in known.items()
        }
    )
    seconds = [one + _DAY for one in seconds_of(accounts.index.to_series())]
    lines = {name: accounts[name].to_numpy(np.float64) for name in known}
    parts: list[Part] = [
        thinned_chart("Accounts after all costs", seconds, lines, logarithmic=True),
        frame_table(
            "strategies",
            "Side by side",
            pd.concat(rows, ignore_index=True).rename(columns={"period": "strategy"}),
            shares=_SHARES,
        ),
    ]
    return Section("strategies", "Strategies", parts)


def _signals(facts: MarketFacts) -> Section:
    signals = {facts.market: facts.signals}
    ends = ended_by(joined(signals), "status", "gross_return", "outcomes", "How live signals ended")
    return Section("signals", "Live signals", [ends, signals_table(signals)])


def _drift(facts: MarketFacts) -> Section:
    drift = facts.drift
    drifted = drift[drift["status"] != "ok"] if len(drift) else drift
    parts: list[Part] = [
        frame_table(
            "drift",
            "Drift in the last window",
            drift,
            note=f"{len(drifted)} of {len(drift)} rows are not ok." if len(drift) else "",
            empty="drift was not measured here yet",
            folded=True,
        )
    ]
    return Section("drift", "Drift", parts)


def _stored(facts: MarketFacts) -> Section:
    expected = facts.months["candles"].sum() + facts.gaps["absent_bars"].sum()
    share = float(facts.months["candles"].sum() / expected) if expected else None
    parts: list[Part] = [
        Words([f"{percent(share)} of the bars between the first and the last are stored."]),
        frame_table("months", "Month by month", facts.months),
        frame_table("gaps", "Gaps", facts.gaps, empty="no gap in this period"),
        frame_table("quarantine", "Quarantine", facts.quarantine, empty="nothing was kept out"),
    ]
    return Section("stored", "What is stored", parts)
