"""Runs in tables: those at work with their progress, those that wait, those that failed."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from traderai_assets.board.sections import cells
from traderai_assets.board.views.asked import Asked
from traderai_assets.domain.progress_line import PROGRESS_TAG, ProgressLine
from traderai_assets.pages.parts import Bar, Cell, Table, Toned
from traderai_assets.status.run_facts import short, span

Rows = Sequence[Mapping[str, Any]]


def running_table(asked: Asked, rows: Rows) -> Table:
    """Return what is at work, with how far it is."""
    columns: dict[str, str | Callable[[Any], Cell]] = {
        "run": lambda row: asked.links.run(row["run"]),
        "job": "job",
        "class": "class",
        "market": "market",
        "strategy": "strategy",
        "for": lambda row: _span(row["worked_seconds"]),
        "progress": lambda row: progress(row["progress"]),
    }
    return Table("running", "Running", [*columns], cells(rows, columns), empty="nothing is at work")


def training_table(asked: Asked, rows: Rows) -> Table:
    """Return how far each training is."""
    columns: dict[str, str | Callable[[Any], Cell]] = {
        "run": lambda row: asked.links.run(row["run"]),
        "model": "model",
        "strategy": "strategy",
        "progress": lambda row: Bar(row["percent"] / 100, f"{row['percent']}%"),
        "phase": "phase",
        "fold": "fold",
        "trial": "trial",
        "best": "best",
        "ends": "ends",
    }
    return Table("trainings", "Trainings", [*columns], cells(rows, columns))


def waiting_table(asked: Asked, rows: Rows) -> Table:
    """Return what waits, in the order in which it would start, and for what."""
    columns: dict[str, str | Callable[[Any], Cell]] = {
        "run": lambda row: asked.links.run(row["run"]),
        "job": "job",
        "class": "class",
        "market": "market",
        "for": lambda row: _span(row["waited_seconds"]),
        "why": "reason",
        "behind": lambda row: ", ".join(map(short, row["behind"])),
    }
    return Table(
        "waiting",
        "Waiting, in the order in which it would start",
        [*columns],
        cells(rows, columns),
        empty="nothing waits",
    )


def failed_table(asked: Asked, rows: Rows) -> Table:
    """Return what failed last, of what, and what comes of it."""
    columns: dict[str, str | Callable[[Any], Cell]] = {
        "run": lambda row: asked.links.run(row["run"]),
        "job": "job",
        "market": "market",
        "ended": "ended",
        "error": lambda row: Toned(row["error"], "bad"),
        "next": "next",
    }
    return Table("failed", "The last failures", [*columns], cells(rows, columns), folded=True)


def progress(text: str) -> Cell:
    """Return how far a run is, as its tags say it: a bar where a percentage is known."""
    line = ProgressLine.of_tags({PROGRESS_TAG: text})
    if line is None or line.percent is None:
        return text
    return Bar(line.percent / 100, text)


def _span(seconds: float | None) -> str:
    return "" if seconds is None else span(seconds)
