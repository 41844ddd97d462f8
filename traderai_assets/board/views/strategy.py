"""One strategy: its verdict, its account, who spoke by it when, and its settings."""

from collections.abc import Callable, Iterator
from typing import Any

import pandas as pd

from traderai_assets.board.sections import cells, section
from traderai_assets.board.views.accounts import pool_account
from traderai_assets.board.views.asked import Asked
from traderai_assets.board.views.strategies import strategy_state
from traderai_assets.domain.champions.periods import champion_periods
from traderai_assets.domain.numbers import percent, shown, significant
from traderai_assets.domain.strategies.strategy import Strategy
from traderai_assets.pages.parts import (
    Cell,
    Chart,
    Link,
    Number,
    Numbers,
    Page,
    Part,
    Percent,
    Series,
    Table,
    Toned,
    Words,
)
from traderai_assets.schemas.champions import CHAMPIONS
from traderai_assets.schemas.tables import ALL_MONTHS
from traderai_assets.status.strategies import setting_rows
from traderai_assets.status.verdicts import last_verdict
from traderai_assets.strategies import strategy_named

# Name among the verdict's numbers: its label, and how it is written
_HEADLINES: dict[str, tuple[str, Callable[[Any], str]]] = {
    "t": ("t of the mean day", lambda value: shown(value, 3)),
    "annual_sharpe": ("annual Sharpe ratio", lambda value: shown(value, 3)),
    "total_return": ("return", percent),
    "max_drawdown": ("largest drawdown", percent),
    "days": ("days", str),
    "live_days": ("live days", str),
    "trades": ("trades", str),
}


def strategy_page(asked: Asked) -> Page:
    """Return the page of the strategy that the path names.

    Raises
    ------
    InvalidInput
        If the settings make none of the name.
    """
    strategy = strategy_named(asked.sources.settings, asked.named["name"])
    return asked.page(
        strategy.name,
        f"What is believed of strategy {strategy.name} ({strategy.id}), by which looks.",
        [
            section("verdict", "Verdict", lambda: _verdict(asked, strategy)),
            section("account", "Account", lambda: _account(asked, strategy)),
            section("spoke", "Where it spoke, and when", lambda: [_periods(asked, strategy)]),
            section("settings", "Settings", lambda: [_settings(asked, strategy)]),
        ],
    )


def _verdict(asked: Asked, strategy: Strategy) -> Iterator[Part]:
    found = last_verdict(asked.sources.lake, strategy)
    numbers = found["numbers"]
    told = strategy_state(found["state"])
    until = f"judged until {found['judged_until']}" if found["judged_until"] else "not judged yet"
    yield Numbers(
        [
            Number("state", told.text, until, told.tone),
            *(
                Number(label, write(numbers[name]))
                for name, (label, write) in _HEADLINES.items()
                if numbers.get(name) is not None
            ),
        ]
    )
    yield Words([found["sentence"]])
    yield Link("The whole tear sheet, one file", f"/report/strategy/{strategy.name}")
    yield _rows("looks", "Looks that were made", found["looks"], "no look was made yet")
    yield _rows("changes", "Changes of state", found["changes"], "its state never changed")
    yield _vetoes(found["vetoes"])
    every = [[name, _text(value)] for name, value in sorted(numbers.items())]
    yield Table("numbers", "All that was measured", ("number", "value"), every, folded=True)


def _account(asked: Asked, strategy: Strategy) -> Iterator[Part]:
    account = pool_account(asked.sources, strategy)
    if account is None:
        yield Words([f'no day is recorded yet; "traderai walk-forward {strategy.name}" makes them'])
        return
    seconds = [int(day.timestamp()) for day in account.days]
    lines = [
        Series(strategy.name, [*map(float, account.net)]),
        Series("buy-and-hold", [*map(float, account.held)]),
    ]
    yield Chart(
        "One unit of money in all markets at equal risk",
        seconds,
        lines,
        logarithmic=True,
        note="Net of costs and funding; days that a verdict would judge.",
    )


def _periods(asked: Asked, strategy: Strategy) -> Table:
    champions = asked.sources.lake.snapshot(CHAMPIONS)
    found: list[tuple[pd.Timestamp, list[Cell]]] = []
    for market in champions.markets():
        history = champions.read(market, [ALL_MONTHS])
        for one in champion_periods(history, strategy.name):
            row: list[Cell] = [
                f"{one.since:%Y-%m-%d %H:%M}",
                Toned("now", "good") if one.stands else f"{one.until:%Y-%m-%d %H:%M}",
                Link(market, f"/markets/{market}"),
                "on paper" if one.paper else "in full",
                one.state,
                Link(one.model_id[:12], f"/models/{one.model_id}"),
            ]
            found.append((one.since, row))
    rows = [row for _, row in sorted(found, key=lambda one: one[0], reverse=True)]
    columns = ("since", "until", "market", "speaks", "state", "model")
    return Table("spoke", "Time line", columns, rows, empty="it has spoken for no market yet")


def _vetoes(rows: list[dict[str, Any]]) -> Table:
    columns: dict[str, Any] = {
        "market": lambda row: Link(row["about"], f"/markets/{row['about']}"),
        "days": "days",
        "mean": "mean",
        "upper bound": "upper",
        "largest loss": lambda row: Percent(row["max_drawdown"]),
        "vetoed": lambda row: Toned("yes", "bad") if row["vetoed"] else Toned("no", "good"),
        "reason": "reason",
    }
    return Table("vetoes", "What each market says", [*columns], cells(rows, columns))


def _settings(asked: Asked, strategy: Strategy) -> Table:
    columns = {"setting": "setting", "value": "value", "said by": "said_by"}
    rows = setting_rows(asked.sources.settings, strategy.name)
    return Table("settings", "All that decides", [*columns], cells(rows, columns), folded=True)


def _rows(name: str, title: str, rows: list[dict[str, Any]], empty: str) -> Table:
    columns = [one for one in (rows[0] if rows else {}) if one != "strategy_id"]
    made = cells(rows, {one: one for one in columns})
    return Table(name, title, columns or ["none"], made, empty=empty)


def _text(value: Any) -> str:
    if isinstance(value, bool) or value is None or isinstance(value, str | int):
        return str(value)
    return shown(significant(value)) if isinstance(value, float) else str(value)
