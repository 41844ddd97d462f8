"""The state of the queue in words and columns, as long as a person wants to read."""

from collections.abc import Mapping, Sequence
from typing import Any

from traderai_assets.cli.printing import table
from traderai_assets.status.run_facts import short, span

_MOST_ROWS = 20


def screen(state: Mapping[str, Any]) -> str:
    """Return the state as text; what there is nothing of is left out."""
    parts = [_slots(state), table(state["classes"])]
    parts += [f"{title}:\n{text}" for title, text in _sections(state) if text]
    if not any(state[part] for part in ("running", "queued", "unqueued")):
        parts.append('Nothing runs and nothing waits; "make dev" starts the sensors.')
    return "\n\n".join(parts)


def _slots(state: Mapping[str, Any]) -> str:
    slots = "{used} of {most} slots in use.".format_map(state["slots"])
    if state["daemon"]["alive"] or not (state["running"] or state["queued"]):
        return slots
    seen = state["daemon"]["seen"]
    last = f"was last seen at {seen}" if seen else "was never seen here"
    return f'{slots} The daemon {last}; "make dev" starts it.'


def _sections(state: Mapping[str, Any]) -> list[tuple[str, str]]:
    gate = state["gate"]
    return [
        ("Running", _columns(state["running"], worked_seconds="for")),
        ("Trainings", _columns(state["trainings"])),
        ("Queued", _columns(state["queued"], waited_seconds="for", reason="why")),
        ("Made and not queued", _columns(state["unqueued"], waited_seconds="for")),
        (f"Waiting for data, as of {gate['as_of']}", _columns(gate["markets"])),
        ("Refused, and asked again rarely", _columns(state["refused"])),
        ("Failed", _columns(state["failed"])),
        ("Not in order", _columns(state["leftovers"])),
        ("Sensors that fail", _columns(state["sensors"])),
        ("Notifications that were not taken", _columns(state["notifications"])),
    ]


# What only programs want: a person reads how long, not since when, and the reason says the rest.
_FOR_PROGRAMS = frozenset({"since", "kind", "behind"})


def _columns(rows: Sequence[Mapping[str, Any]], **names: str) -> str:
    shown = [
        {names.get(name, name): _cell(name, value) for name, value in row.items()}
        for row in ({k: v for k, v in row.items() if k not in _FOR_PROGRAMS} for row in rows)
    ]
    text = table(shown[:_MOST_ROWS])
    if len(shown) > _MOST_ROWS:
        text += f'\nand {len(shown) - _MOST_ROWS} more; "traderai status --json" lists all'
    return text


def _cell(name: str, value: Any) -> Any:
    if name == "run":
        return short(value)
    if name.endswith("_seconds"):
        return None if value is None else span(value)
    if isinstance(value, list):
        return ("; " if name == "commands" else ", ").join(value)
    return value
