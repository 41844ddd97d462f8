"""What is kept of notifications: a note of the sensor that tells, and one of the daemon's watch.

Two notes, since two processes write them and each is written whole.
"""

from typing import TYPE_CHECKING

from traderai_assets.domain.notifications.memory import Memory
from traderai_assets.instance.market_notes import read_notes, write_notes

if TYPE_CHECKING:
    from dagster import DagsterInstance

OF_SENSOR, OF_WATCH = "traderai/notifications", "traderai/notifications_of_watch"


def kept_memory(instance: "DagsterInstance", note: str) -> Memory | None:
    """Return what is kept; None where nothing is yet."""
    return Memory.parse(read_notes(instance, [note]).get(note, ""))


def keep_memory(instance: "DagsterInstance", note: str, memory: Memory) -> None:
    """Write down what is kept from now on."""
    write_notes(instance, {note: memory.text()})
