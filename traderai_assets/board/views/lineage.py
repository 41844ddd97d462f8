"""From a signal to its model, folds, features and candles; and from a candle to all it reached."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from traderai_assets.board.sections import section
from traderai_assets.board.views.asked import Asked
from traderai_assets.domain.errors import InvalidInput
from traderai_assets.domain.markets import Market
from traderai_assets.domain.months import Month
from traderai_assets.domain.numbers import PRICE_DIGITS, shown
from traderai_assets.lineage.of_candle import CandleUses
from traderai_assets.lineage.of_signal import OTHER, SignalLineage
from traderai_assets.lineage.origins import Origins
from traderai_assets.lineage.stored_ranges import stored_only
from traderai_assets.lineage.stored_rows import LoadedTables
from traderai_assets.pages.parts import Cell, Link, Number, Numbers, Page, Part, Table, Toned
from traderai_assets.plan import reach
from traderai_assets.schemas.candles import CANDLES
from traderai_assets.strategies import strategies_of, strategy_named

_FORM = "%Y-%m-%dT%H:%M"
_MADE_OF = ("what", "of", "told", "first", "until", "as read", "run", "code version", "hash")


def signal_page(asked: Asked) -> Page:
    """Return what one signal, or a bar of which a model said "neither", was made of."""
    market, opened = asked.market(), opened_at(asked)
    strategy = strategy_named(asked.sources.settings, asked.named["name"])
    about = f"What {strategy.name} said of the bar of {market.key} that opened then is made of."
    return asked.page(
        f"Signal of {opened:%Y-%m-%d %H:%M} UTC",
        about,
        [
            section("candle", "Its candle", lambda: _candle(asked, market, opened)),
            section(
                "made", "Made of, the nearest first", lambda: [_made_of(asked, market, opened)]
            ),
        ],
    )


def candle_page(asked: Asked) -> Page:
    """Return which stored rows one candle has reached."""
    market, opened = asked.market(), opened_at(asked)
    return asked.page(
        f"Candle of {opened:%Y-%m-%d %H:%M} UTC",
        f"Which rows the candle of {market.key} that opened then has reached.",
        [
            section("candle", "The candle", lambda: _candle(asked, market, opened)),
            section("reached", "Reached", lambda: [_reached(asked, market, opened)]),
        ],
    )


def opened_at(asked: Asked) -> datetime:
    """Return the time that the path names, in UTC.

    Raises
    ------
    InvalidInput
        If it is none.
    """
    text = asked.named["opened"]
    try:
        return datetime.strptime(f"{text}+0000", f"{_FORM}%z")
    except ValueError as error:
        raise InvalidInput(
            f"{text[:40]!r} is no time; expected such as 2026-03-20T12:00"
        ) from error


def _candle(asked: Asked, market: Market, opened: datetime) -> Iterator[Part]:
    month = Month.of(opened).key
    found = asked.sources.lake.snapshot(CANDLES).read(market, [month])
    found = found[found["open_time"] == opened]
    if found.empty:
        raise InvalidInput(f"no candle of {market.key} that opened at {opened:%Y-%m-%d %H:%M}")
    row = found.iloc[0]
    names = ("open", "high", "low", "close", "volume")
    yield Numbers([Number(name, shown(float(row[name]), PRICE_DIGITS)) for name in names])
    yield Link("all that this candle has reached", f"/candles/{market.key}/{opened:{_FORM}}")


def _made_of(asked: Asked, market: Market, opened: datetime) -> Table:
    sources = asked.sources
    strategy = strategy_named(sources.settings, asked.named["name"])
    tables = LoadedTables(sources.lake.of(strategy))
    origins = Origins(tables, sources.instance)
    own = reach(sources.settings.of(strategy.name))
    rows = SignalLineage(tables, origins, own, market, opened).rows()
    made = [_made_row(asked, market, row) for row in rows]
    return Table("made_of", "Made of", _MADE_OF, made)


def _made_row(asked: Asked, market: Market, row: Mapping[str, Any]) -> list[Cell]:
    state = row.get("state")
    run = str(row.get("run") or "")
    model = str(row["told"]).partition(",")[0]
    is_model = row["what"] == "row" and "models" in str(row["of"]) and len(model) == 32
    return [
        row["what"],
        row["of"],
        Link(row["told"], f"/models/{model}") if is_model else row["told"],
        _time(market, row["first"]),
        _time(market, row["until"]),
        Toned(state, "warn" if state == OTHER else "plain") if state else None,
        asked.links.run(run) if len(run) == 36 else run or None,
        row.get("code_version"),
        str(row.get("hash") or "")[:12],
    ]


def _time(market: Market, at: datetime | None) -> Cell:
    if at is None:
        return None
    return Link(f"{at:%Y-%m-%d %H:%M}", f"/candles/{market.key}/{at:{_FORM}}")


def _reached(asked: Asked, market: Market, opened: datetime) -> Table:
    settings, lake = asked.sources.settings, asked.sources.lake
    rows: list[Mapping[str, Any]] = []
    for number, one in enumerate(strategies_of(settings)):
        own = settings.of(one.name)
        uses = CandleUses(lake, one, reach(own), own.training.horizon_bars, market, opened)
        rows += [*(uses.shared() if number == 0 else ()), *uses.of_strategy()]
    kept = stored_only([dict(row) for row in rows])
    columns = [*dict.fromkeys(name for row in kept for name in row)]
    made = [[_plain(row.get(name)) for name in columns] for row in kept]
    return Table("reached", "Ranges of stored rows", columns or ["none"], made, empty="nothing")


def _plain(value: Any) -> Cell:
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M}"
    return value if value is None or isinstance(value, str | int | float) else str(value)
