"""One market: its candles with what was said of them, and of every silent bar the reason."""

from collections import Counter
from collections.abc import Iterator
from datetime import datetime

import pandas as pd

from traderai_assets.board.sections import section
from traderai_assets.board.views.asked import Asked
from traderai_assets.board.views.market_chart import market_chart
from traderai_assets.board.views.newest_signals import (
    said_signals,
    signal_rows_of,
    signal_table,
)
from traderai_assets.domain.champions.periods import champion_periods
from traderai_assets.domain.markets import Market
from traderai_assets.domain.numbers import PRICE_DIGITS, percent, significant
from traderai_assets.domain.strategies.strategy import Strategy
from traderai_assets.domain.words import SIGNAL, WORDS
from traderai_assets.pages.parts import (
    Cell,
    Link,
    Number,
    Numbers,
    Page,
    Part,
    Table,
)
from traderai_assets.schemas.candles import CANDLE_GAPS, CANDLES
from traderai_assets.schemas.champions import CHAMPIONS
from traderai_assets.schemas.tables import ALL_MONTHS
from traderai_assets.status.words import BarWords, latest_words
from traderai_assets.strategies import strategies_of, strategy_named

# As many bars as a screen has room for
BARS_SHOWN = 400
_SIGNALS_SHOWN = 50
_MEANINGS = {word.name: word.meaning for word in WORDS}


def market_page(asked: Asked) -> Page:
    """Return the page of the market that the path names, by one strategy's words.

    Raises
    ------
    InvalidInput
        If there is no such market, or no strategy of the name.
    """
    market, strategy = asked.market(), _strategy(asked)
    lake = asked.sources.lake
    return asked.page(
        market.key,
        f"What is stored of {market.symbol} at {market.exchange}, and what {strategy.name} said "
        "of it.",
        [
            section("candles", "Candles", lambda: _candles(asked, market, strategy)),
            section(
                "signals",
                "Signals",
                lambda: [
                    signal_table(
                        signal_rows_of(said_signals(lake, strategy, market), _SIGNALS_SHOWN)
                    )
                ],
            ),
            section("speakers", "Who spoke when", lambda: [_periods(asked, market)]),
            section("gaps", "Silence", lambda: [_gaps(asked, market)]),
        ],
    )


def _strategy(asked: Asked) -> Strategy:
    """Return whose words are shown: who is asked for, who speaks, or the first."""
    settings = asked.sources.settings
    if named := asked.query.get("strategy"):
        return strategy_named(settings, named)
    every = strategies_of(settings)
    history = asked.sources.lake.snapshot(CHAMPIONS).read(asked.named["market"], [ALL_MONTHS])
    last = [one.strategy for one in champion_periods(history)][-1:]
    return next((one for one in every if one.name in last), every[0])


def _candles(asked: Asked, market: Market, strategy: Strategy) -> Iterator[Part]:
    sources = asked.sources
    bars = _bars(asked, market)
    said = latest_words(sources.lake, sources.settings, strategy, market, BARS_SHOWN)
    signals = said_signals(sources.lake, strategy, market)
    last = bars.iloc[-1]
    yield Numbers(
        [
            Number("last price", f"{significant(last['close'], PRICE_DIGITS):g}"),
            Number("last candle", f"{last['open_time']:%Y-%m-%d %H:%M}", "opened, UTC"),
            Number("words", str(len(said.rows)), f"of {strategy.name}"),
            Number("signals among them", str(said.counts.get(SIGNAL, 0))),
            Number("outliers", percent(said.outlier_rate), "of bars predicted"),
            Number("intervals held", percent(said.coverage), "of 90% wanted"),
        ]
    )
    others = [one for one in strategies_of(sources.settings) if one.name != strategy.name]
    yield Link(
        "Its whole report, one file", f"/report/market/{market.key}?strategy={strategy.name}"
    )
    yield from (
        Link(f"by {one.name}", f"/markets/{market.key}?strategy={one.name}") for one in others
    )
    yield market_chart(bars, signals, said)
    yield _words_table(said)
    yield _bars_table(said)


def _bars(asked: Asked, market: Market) -> pd.DataFrame:
    candles = asked.sources.lake.snapshot(CANDLES)
    last: datetime | None = candles.last(market)
    since = (last or asked.sources.clock()) - (BARS_SHOWN - 1) * market.bar
    months = [one for one in candles.months(market) if one >= f"{since:%Y-%m}"]
    return candles.read_since(market, months, since)


def _words_table(said: BarWords) -> Table:
    rows: list[list[Cell]] = [
        [word, count, _MEANINGS.get(word, "")] for word, count in said.counts.items()
    ]
    columns = ("word", "bars", "what it means")
    return Table("words", "Words of these bars", columns, rows, empty="no bar has features yet")


def _bars_table(said: BarWords) -> Table:
    columns = ("bar", "word", "probability", "lower", "upper")
    rows = [[one.get(name) for name in columns] for one in said.rows]
    note = "The interval in which the bar's return lies nine times in ten."
    return Table("bars", "Bar by bar", columns, rows, note=note, folded=True)


def _periods(asked: Asked, market: Market) -> Table:
    history = asked.sources.lake.snapshot(CHAMPIONS).read(market, [ALL_MONTHS])
    reasons = {
        pd.Timestamp(row["changed_at"]): str(row["reason"]) for row in history.to_dict("records")
    }
    rows = [
        [
            f"{one.since:%Y-%m-%d %H:%M}",
            "now" if one.stands else f"{one.until:%Y-%m-%d %H:%M}",
            Link(one.strategy, f"/strategies/{one.strategy}"),
            "on paper" if one.paper else "in full",
            Link(one.model_id[:12], f"/models/{one.model_id}"),
            reasons.get(one.since, ""),
        ]
        for one in reversed(champion_periods(history))
    ]
    columns = ("since", "until", "strategy", "speaks", "model", "why")
    return Table(
        "speakers",
        "By the history of champions, newest first",
        columns,
        rows,
        empty="nobody was chosen yet",
    )


def _gaps(asked: Asked, market: Market) -> Table:
    gaps = asked.sources.lake.snapshot(CANDLE_GAPS)
    found = gaps.read(market, gaps.months(market)).sort_values("start", ascending=False)
    counts = Counter(found["kind"])
    rows: list[list[Cell]] = [
        [
            f"{row['start']:%Y-%m-%d %H:%M}",
            f"{row['end']:%Y-%m-%d %H:%M}",
            str(row["kind"]),
            int(row["absent_bars"]),
            int(row["flat_bars"]),
        ]
        for row in found.head(100).to_dict("records")
    ]
    told = ", ".join(f"{count} {kind}" for kind, count in counts.most_common())
    columns = ("from", "until", "kind", "absent bars", "flat bars")
    return Table(
        "gaps",
        "Stretches without candles or without trades, newest first",
        columns,
        rows,
        note=told,
        empty="no bar is absent, and none was without a trade for long",
        folded=len(rows) > 10,
    )
