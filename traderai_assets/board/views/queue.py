"""The queue explained: seven classes, three slots, and of each run that waits for what it waits."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from traderai_assets.board.sections import cells, section
from traderai_assets.board.views.asked import Asked
from traderai_assets.board.views.runs import (
    failed_table,
    running_table,
    training_table,
    waiting_table,
)
from traderai_assets.pages.parts import Bar, Number, Numbers, Page, Part, Table, Words
from traderai_assets.status.reading import read_status
from traderai_assets.status.run_facts import span
from traderai_assets.work_classes import LONG_SLOTS, TOTAL_SLOTS, WORK_CLASSES

_RULES = (
    f"{TOTAL_SLOTS} runs are at work at once. Whoever has the highest priority goes first, and of "
    "one priority who came first.",
    f"At most {LONG_SLOTS} of the slots are for work that may last, so that a bar that closes "
    "finds one.",
    "A class has no more slots than its own, and one run at a time writes an asset of a market.",
)
_PURPOSES = {work.name: work.purpose for work in WORK_CLASSES}


def queue_page(asked: Asked) -> Page:
    """Return the page."""
    return asked.page(
        "Queue",
        "What is at work, what waits, and for what.",
        [section("queue", "The queue", lambda: _parts(asked))],
    )


def _parts(asked: Asked) -> Iterator[Part]:
    status = read_status(asked.sources.instance)
    slots = status["slots"]
    waited = [row["waited_seconds"] for row in status["queued"]]
    yield Numbers(
        [
            Number("slots in use", f"{slots['used']} of {slots['most']}"),
            Number("waiting", str(len(waited))),
            Number("longest wait", span(max(waited)) if waited else "none"),
            Number("made and not queued", str(len(status["unqueued"]))),
        ]
    )
    yield _classes(status["classes"])
    yield running_table(asked, status["running"])
    if status["trainings"]:
        yield training_table(asked, status["trainings"])
    yield waiting_table(asked, status["queued"])
    if status["unqueued"]:
        yield _unqueued(asked, status["unqueued"])
    if status["gate"]["markets"]:
        yield _gate(status["gate"])
    if status["failed"]:
        yield failed_table(asked, status["failed"])
    yield Words(_RULES)


def _classes(rows: Sequence[Mapping[str, Any]]) -> Table:
    columns: dict[str, Any] = {
        "class": "class",
        "priority": "priority",
        "at work": lambda row: Bar(
            row["running"] / row["slots"], f"{row['running']} of {row['slots']}"
        ),
        "waiting": "queued",
        "what it does": lambda row: _PURPOSES[row["class"]],
    }
    return Table("classes", "The seven classes", [*columns], cells(rows, columns))


def _unqueued(asked: Asked, rows: Sequence[Mapping[str, Any]]) -> Table:
    columns: dict[str, Any] = {
        "run": lambda row: asked.links.run(row["run"]),
        "job": "job",
        "class": "class",
        "market": "market",
        "for": lambda row: span(row["waited_seconds"]),
        "state": "state",
        "what becomes of it": "next",
    }
    return Table("unqueued", "Made and not queued", [*columns], cells(rows, columns))


def _gate(gate: Mapping[str, Any]) -> Table:
    columns = {
        "market": "market",
        "strategy": "strategy",
        "months": "months",
        "reason": "reason",
        "commands": "commands",
    }
    title = f"Trainings that wait for data, as of {gate['as_of']}"
    return Table("gate", title, [*columns], cells(gate["markets"], columns))
