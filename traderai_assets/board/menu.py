"""The menu: the pages there are, what each is made of, and the jobs of Dagster that act on it."""

from collections.abc import Sequence
from dataclasses import dataclass

from traderai_assets.board import marks
from traderai_assets.board.dagster_links import DagsterLinks
from traderai_assets.pages.parts import Link
from traderai_assets.work_classes import LIVE_JOB

_STRATEGY = frozenset({"champions", "looks", "record", "state_changes", "vetoes", "verdict"})
_SPOKEN = frozenset({"candles", "champions", "features", "predictions", "signals"})


@dataclass(frozen=True)
class Room:
    """A page, or pages of one kind.

    Attributes
    ----------
    path : str
        Of the page in the menu; those below it are of the same room.
    title : str
    topics : frozenset of str
        Marks of what it shows (marks.py).
    jobs : tuple of str
        Of Dagster, that act on what it shows.
    """

    path: str
    title: str
    topics: frozenset[str]
    jobs: tuple[str, ...]


ROOMS = (
    Room(
        "/",
        "Now",
        frozenset({marks.RUNS, marks.EVENTS, marks.WATCH, "signals", "signal_outcomes", "verdict"}),
        (LIVE_JOB, "backfill", "train", "judge"),
    ),
    Room(
        "/markets",
        "Markets",
        frozenset({marks.EVENTS, marks.MARKETS_KEPT, marks.BARS, "candle_gaps", "price_decisions"})
        | _SPOKEN
        | {"signal_outcomes"},
        ("backfill", "update_latest", "generate_signals", "expire_signals"),
    ),
    Room(
        "/strategies",
        "Strategies",
        _STRATEGY | {"strategies"},
        ("extend_record", "judge", "choose_champion", "monitor_drift", "replay_history"),
    ),
    Room(
        "/models",
        "Models",
        frozenset({"models", "champions", "model_notes", "model_deletions"}),
        ("train", "promote_model", "rollback_champion", "note_model", "delete_models"),
    ),
    Room("/queue", "Queue", frozenset({marks.RUNS, marks.EVENTS, marks.WATCH}), ()),
    Room(
        "/health",
        "Health",
        frozenset({marks.WATCH, "predictions", "champions"}),
        ("clean_up", "maintain_lake"),
    ),
)
# Pages that show what is said of one row follow all that is said
_ROWS = Room("/rows", "Rows", frozenset({"signals", "predictions", "champions"}), ())


def room_of(path: str) -> Room:
    """Return the room of a path: the one whose own path is the longest that it begins with."""
    inside = [
        room for room in ROOMS if path == room.path or path.startswith(f"{room.path.rstrip('/')}/")
    ]
    found = max(inside, key=lambda room: len(room.path), default=ROOMS[0])
    return _ROWS if found is ROOMS[0] and path != "/" else found


def menu() -> Sequence[Link]:
    """Return the links to the pages."""
    return [Link(room.title, room.path) for room in ROOMS]


def job_links(path: str, links: DagsterLinks) -> list[Link]:
    """Return the links to the jobs that act on what a page shows."""
    return [links.job(name) for name in room_of(path).jobs]
