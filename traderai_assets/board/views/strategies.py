"""Strategies: the state of each, the sentence of its verdict, and its account."""

from traderai_assets.board.sections import section
from traderai_assets.board.views.accounts import pool_account
from traderai_assets.board.views.asked import Asked
from traderai_assets.domain.numbers import significant
from traderai_assets.domain.pictures.sparkline import sparkline
from traderai_assets.domain.strategies.states import CANDIDATE, PROMOTED, RETIRED, SUSPENDED
from traderai_assets.domain.strategies.strategy import Strategy
from traderai_assets.pages.parts import Cell, Link, Page, Sketch, Table, Tone, Toned
from traderai_assets.status.champions import champion_rows
from traderai_assets.status.strategies import strategy_rows
from traderai_assets.status.verdicts import last_verdict
from traderai_assets.strategies import strategies_of

_TONES: dict[str, Tone] = {
    CANDIDATE: "good",
    PROMOTED: "good",
    RETIRED: "warn",
    SUSPENDED: "bad",
}
COLUMNS = (
    *("strategy", "state", "account", "end of account", "t", "days", "trades"),
    *("speaks for", "verdict"),
)


def strategies_page(asked: Asked) -> Page:
    """Return the page."""
    return asked.page(
        "Strategies",
        "What is believed of each strategy, and why; who speaks follows from it.",
        [
            section("strategies", "Strategies", lambda: [_table(asked)]),
            section("speakers", "Who speaks for which market", lambda: [_speakers(asked)]),
            section("differences", "In what they differ", lambda: [_differences(asked)]),
        ],
    )


def strategy_state(name: str) -> Toned:
    """Return the state of a strategy with its tone."""
    return Toned(name, _TONES.get(name, "plain"))


def _table(asked: Asked) -> Table:
    champions = champion_rows(asked.sources.lake)
    spoken = [row["strategy"] for row in champions if row["speaks"] != "not"]
    rows = [
        _row(asked, one, spoken.count(one.name)) for one in strategies_of(asked.sources.settings)
    ]
    return Table("strategies", "By their last verdicts; accounts begin at 1", COLUMNS, rows)


def _row(asked: Asked, strategy: Strategy, speaks_for: int) -> list[Cell]:
    verdict = last_verdict(asked.sources.lake, strategy)
    account = pool_account(asked.sources, strategy)
    numbers = verdict["numbers"]
    return [
        Link(strategy.name, f"/strategies/{strategy.name}"),
        strategy_state(verdict["state"]),
        None
        if account is None
        else Sketch(sparkline(account.net, baseline=1.0), f"account of {strategy.name}"),
        None if account is None else significant(float(account.net[-1]), 4),
        None if numbers.get("t") is None else significant(numbers["t"], 3),
        numbers.get("days"),
        numbers.get("trades"),
        f"{speaks_for} market{'' if speaks_for == 1 else 's'}",
        verdict["sentence"],
    ]


def _speakers(asked: Asked) -> Table:
    columns = ("market", "strategy", "speaks", "model", "since", "reason")
    rows: list[list[Cell]] = []
    for row in champion_rows(asked.sources.lake):
        cells: list[Cell] = [row[name] for name in columns]
        cells[0] = Link(row["market"], f"/markets/{row['market']}")
        rows.append(cells)
    return Table("speakers", "By the last choice", columns, rows, empty="nobody was chosen yet")


def _differences(asked: Asked) -> Table:
    rows = strategy_rows(asked.sources.settings)
    columns = ("strategy", "id", "differs")
    return Table(
        "differences",
        "Settings that differ from the first's",
        columns,
        [[row[name] for name in columns] for row in rows],
        folded=True,
    )
