"""The state of the queue in words and columns, as long as a person wants to read."""

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from traderai_assets.cli.colours import coloured_table
from traderai_assets.cli.printing import table
from traderai_assets.status.run_facts import short, span

if TYPE_CHECKING:
    from rich.console import RenderableType

_MOST_ROWS = 20


class Section(NamedTuple):
    """A titled table, and what is said of rows that are not shown."""

    title: str
    rows: list[dict[str, Any]]
    more: str


def screen(state: Mapping[str, Any]) -> str:
    """Return the state as text; what there is nothing of is left out."""
    parts = [_slots(state), table(state["classes"])]
    parts += [f"{one.title}:\n{table(one.rows)}{one.more}" for one in _sections(state) if one.rows]
    return "\n\n".join([*parts, *_idle(state)])


def coloured_screen(state: Mapping[str, Any]) -> Iterator["RenderableType"]:
    """Yield the same as a terminal with colours shows it: tables whose cells wrap."""
    from rich.text import Text

    yield Text(f"{_slots(state)}\n")
    yield coloured_table(state["classes"])
    for one in _sections(state):
        if one.rows:
            yield Text(f"\n{one.title}", style="bold underline")
            yield coloured_table(one.rows)
            yield from ([Text(one.more.strip())] if one.more else [])
    yield from (Text(f"\n{line}") for line in _idle(state))


def _idle(state: Mapping[str, Any]) -> list[str]:
    if any(state[part] for part in ("running", "queued", "unqueued")):
        return []
    return ['Nothing runs and nothing waits; "make dev" starts the sensors.']


def _slots(state: Mapping[str, Any]) -> str:
    slots = "{used} of {most} slots in use.".format_map(state["slots"])
    if state["daemon"]["alive"] or not (state["running"] or state["queued"]):
        return slots
    seen = state["daemon"]["seen"]
    last = f"was last seen at {seen}" if seen else "was never seen here"
    return f'{slots} The daemon {last}; "make dev" starts it.'


def _sections(state: Mapping[str, Any]) -> list[Section]:
    gate = state["gate"]
    return [
        _section("Running", state["running"], worked_seconds="for"),
        _section("Trainings", state["trainings"]),
        _section("Queued", state["queued"], waited_seconds="for", reason="why"),
        _section("Made and not queued", state["unqueued"], waited_seconds="for"),
        _section(f"Waiting for data, as of {gate['as_of']}", gate["markets"]),
        _section("Refused, and asked again rarely", state["refused"]),
        _section("Failed", state["failed"]),
        _section("Not in order", state["leftovers"]),
        _section("Sensors that fail", state["sensors"]),
        _section("Notifications that were not taken", state["notifications"]),
    ]


# What only programs want: a person reads how long, not since when, and the reason says the rest.
_FOR_PROGRAMS = frozenset({"since", "kind", "behind"})


def _section(title: str, rows: Sequence[Mapping[str, Any]], **names: str) -> Section:
    shown = [
        {names.get(name, name): _cell(name, value) for name, value in row.items()}
        for row in ({k: v for k, v in row.items() if k not in _FOR_PROGRAMS} for row in rows)
    ]
    more = ""
    if len(shown) > _MOST_ROWS:
        more = f'\nand {len(shown) - _MOST_ROWS} more; "traderai status --json" lists all'
    return Section(title, shown[:_MOST_ROWS], more)


def _cell(name: str, value: Any) -> Any:
    if name == "run":
        return short(value)
    if name.endswith("_seconds"):
        return None if value is None else span(value)
    if isinstance(value, list):
        return ("; " if name == "commands" else ", ").join(value)
    return value
