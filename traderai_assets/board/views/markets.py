"""Markets: all of them, how fresh each is, what is doubted of it, who speaks, and its price."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np

from resources.lake.snapshot import LakeSnapshot
from traderai_assets.board.sections import section
from traderai_assets.board.views.asked import Asked
from traderai_assets.domain.markets import Market
from traderai_assets.domain.numbers import PRICE_DIGITS, significant
from traderai_assets.domain.pictures.sparkline import sparkline
from traderai_assets.domain.states.markets import MarketFacts, market_state
from traderai_assets.pages.parts import (
    Cell,
    Link,
    Number,
    Numbers,
    Page,
    Part,
    Sketch,
    Table,
    Toned,
    Words,
)
from traderai_assets.schemas.candles import CANDLES
from traderai_assets.status.champions import champion_rows
from traderai_assets.status.markets import FAILING, OK, read_markets

_ENDED = market_state(MarketFacts(ended=True)).name
_DRAWN = timedelta(days=3)
COLUMNS = (
    *("market", "price, 3 days", "last price", "state", "reason", "last candle", "bars behind"),
    *("who speaks", "candles", "absent bars"),
)
_SANDBOX = "A sandbox fed this home; its clock is not this machine's, so no market is called late."


def markets_page(asked: Asked) -> Page:
    """Return the page."""
    return asked.page(
        "Markets",
        "Every market that is kept: how fresh it is, what is doubted of it, and who speaks for it.",
        [section("markets", "Markets", lambda: _parts(asked))],
    )


def bars_behind(last: datetime | None, market: Market, now: datetime) -> int | None:
    """Return how many bars have closed since the last that is stored; None where none is.

    Parameters
    ----------
    last : datetime or None
        When the last stored bar opened.
    market : Market
    now : datetime
    """
    if last is None:
        return None
    return max(0, (now - (last + market.bar)) // market.bar)


def speakers(asked: Asked) -> dict[str, str]:
    """Return who speaks for each market, in a few words."""
    return {
        row["market"]: row["strategy"]
        if row["speaks"] == "not"
        else f"{row['strategy']}, {row['speaks']}"
        for row in champion_rows(asked.sources.lake)
    }


def _parts(asked: Asked) -> list[Part]:
    sources = asked.sources
    rows = read_markets(sources.instance, sources.lake, sources.settings)
    said, candles = speakers(asked), sources.lake.snapshot(CANDLES)
    made = [_row(asked, row, candles, said) for row in rows]
    wrong = sum(row["state"] != OK for row in rows)
    numbers = [
        Number("markets", str(len(rows))),
        Number("not in order", str(wrong), "", "warn" if wrong else "good"),
        Number("candles", f"{sum(row['candles'] for row in rows):,}"),
    ]
    table = Table(
        "markets",
        "All that are kept",
        COLUMNS,
        made,
        empty='none is kept yet: "traderai markets add binance:BTC/USDT", or "traderai dev" for '
        "those of traderai.toml",
    )
    note = [Words([_SANDBOX])] if sources.is_simulated and rows else []
    return [Numbers(numbers), table, *note]


def _row(
    asked: Asked, row: Mapping[str, Any], candles: LakeSnapshot, said: Mapping[str, str]
) -> list[Cell]:
    key = row["market"]
    market = Market.parse(key)
    last = candles.last(market)
    closes = _closes(candles, market, last)
    behind = None if asked.sources.is_simulated else bars_behind(last, market, _now(asked))
    return [
        Link(key, f"/markets/{key}") if row["candles"] else key,
        Sketch(sparkline(closes), f"closes of {key}, the last {_DRAWN.days} days"),
        significant(float(closes[-1]), PRICE_DIGITS) if len(closes) else None,
        _state(row["state"]),
        row["reason"] or "",
        row["last"],
        behind,
        said.get(key, "nobody yet"),
        row["candles"],
        row["absent_bars"],
    ]


def _state(name: str) -> Toned:
    bad = name == _ENDED or name.startswith(FAILING)
    return Toned(name, "good" if name == OK else "bad" if bad else "warn")


def _closes(candles: LakeSnapshot, market: Market, last: datetime | None) -> Any:
    if last is None:
        return np.empty(0)
    since = last - _DRAWN
    rows = candles.read_since(market, candles.months(market)[-2:], since)
    return rows["close"].to_numpy(np.float64)


def _now(asked: Asked) -> datetime:
    return asked.sources.clock().astimezone(UTC)
