"""Now: what runs and what waits, the newest signals, and what needs a person."""

from collections.abc import Iterator, Mapping
from typing import Any

from traderai_assets.board.needs import Need, needs_of, needs_of_verdicts
from traderai_assets.board.sections import section
from traderai_assets.board.views.asked import Asked
from traderai_assets.board.views.newest_signals import newest_signals
from traderai_assets.board.views.runs import (
    failed_table,
    running_table,
    training_table,
    waiting_table,
)
from traderai_assets.pages.parts import Link, Number, Numbers, Page, Part, Table, Toned
from traderai_assets.status.reading import read_status
from traderai_assets.status.signals import signal_rows
from traderai_assets.status.verdicts import last_verdict
from traderai_assets.strategies import strategies_of


def now_page(asked: Asked) -> Page:
    """Return the page."""
    return asked.page(
        "Now",
        "What the platform is doing, what it said last, and what needs you.",
        [
            section("now", "At a look", lambda: _at_a_look(asked)),
            section("signals", "Newest signals", lambda: [newest_signals(asked)]),
        ],
    )


def _at_a_look(asked: Asked) -> Iterator[Part]:
    status = read_status(asked.sources.instance)
    needs = [*needs_of(status), *needs_of_verdicts(_verdicts(asked))]
    yield Numbers([*_numbers(status, needs), _signals_that_hold(asked)])
    yield _needs_table(asked, needs)
    yield running_table(asked, status["running"])
    if status["trainings"]:
        yield training_table(asked, status["trainings"])
    if status["queued"]:
        yield waiting_table(asked, status["queued"])
    if status["failed"]:
        yield failed_table(asked, status["failed"])


def _verdicts(asked: Asked) -> list[Mapping[str, Any]]:
    lake, settings = asked.sources.lake, asked.sources.settings
    return [last_verdict(lake, one) for one in strategies_of(settings)]


def _numbers(status: Mapping[str, Any], needs: list[Need]) -> Iterator[Number]:
    slots, daemon = status["slots"], status["daemon"]
    yield Number("needs you", str(len(needs)), "", "warn" if needs else "good")
    yield Number(
        "daemon",
        "runs" if daemon["alive"] else "none",
        f"seen {daemon['seen']}" if daemon["seen"] else "never seen",
        "good" if daemon["alive"] else "bad",
    )
    yield Number("slots in use", f"{slots['used']} of {slots['most']}")
    yield Number("waiting", str(len(status["queued"])))


def _signals_that_hold(asked: Asked) -> Number:
    sources = asked.sources
    rows = signal_rows(sources.lake, sources.settings, sources.clock())
    clock = "by this machine's clock" if sources.is_simulated else ""
    return Number("signals that hold", str(len(rows)), clock)


def _needs_table(asked: Asked, needs: list[Need]) -> Table:
    columns = ("what", "of", "why", "what to do")
    rows = [[Toned(one.what, one.tone), _thing(asked, one), one.why, one.cure] for one in needs]
    return Table(
        "needs", "What needs a person", columns, rows, empty="nothing: all goes on by itself"
    )


def _thing(asked: Asked, need: Need) -> str | Link:
    if need.run:
        return Link(need.of, asked.links.run(need.run).href)
    return asked.links.sensor(need.of) if need.what == "sensor" else need.of
