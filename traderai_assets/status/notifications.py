"""Notifications: whom they reach, what waits for whom, and who does not take it."""

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from traderai_assets.status.findings import OK, WARNING, Finding
from traderai_assets.status.run_facts import moment

if TYPE_CHECKING:
    from dagster import DagsterInstance

    from traderai_assets.settings import Settings


def destination_rows(instance: "DagsterInstance", settings: "Settings") -> list[dict[str, Any]]:
    """Return a row for each destination that the settings name; no secret is in it."""
    from resources.notifications.build import build_destinations

    troubles = {row["destination"]: row for row in notification_troubles(instance)}
    waiting = _waiting(instance)
    return [
        {
            "destination": one.name,
            "waiting": waiting.get(one.name, 0),
            **_NO_TROUBLE,
            **troubles.get(one.name, {}),
        }
        for one in build_destinations(settings)
    ]


def notification_findings(
    settings: "Settings", opened: "Callable[[], DagsterInstance]"
) -> Iterator[Finding]:
    """Yield what is found of each destination, for `traderai doctor`."""
    if not settings.notify.destinations:
        yield Finding("notifications", OK, "nobody is to be told (docs/notifications.md)")
        return
    for row in destination_rows(opened(), settings):
        thing = f"notifications, {row['destination']}"
        if row["error"]:
            cure = 'mend its URL or its service; "traderai notify test" tries it'
            yield Finding(thing, WARNING, f"{row['error']}, since {row['since']}", cure)
        else:
            yield Finding(thing, OK, f"{row['waiting']} messages wait")


def notification_troubles(instance: "DagsterInstance") -> list[dict[str, Any]]:
    """Return a row for each destination that did not take what was sent last: why, and until when.

    Whoever tells of a dead daemon is another process, which keeps its own; the worse is returned.
    """
    found: dict[str, dict[str, Any]] = {}
    for memory in _memories(instance):
        for name, trouble in memory.outbox.troubles.items():
            if name not in found or found[name]["times"] < trouble.times:
                found[name] = {
                    "destination": name,
                    "since": moment(trouble.since),
                    "times": trouble.times,
                    "next_try": moment(trouble.next_try),
                    "error": trouble.error,
                }
    return [found[name] for name in sorted(found)]


_NO_TROUBLE: dict[str, Any] = dict.fromkeys(("since", "times", "next_try", "error"))


def _waiting(instance: "DagsterInstance") -> dict[str, int]:
    waiting: dict[str, int] = {}
    for memory in _memories(instance):
        for name in (name for letter in memory.outbox.letters for name in letter.to):
            waiting[name] = waiting.get(name, 0) + 1
    return waiting


def _memories(instance: "DagsterInstance") -> list[Any]:
    from traderai_assets.instance.notification_notes import OF_SENSOR, OF_WATCH, kept_memory

    kept = (kept_memory(instance, note) for note in (OF_SENSOR, OF_WATCH))
    return [one for one in kept if one is not None]
