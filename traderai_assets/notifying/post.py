"""The post: what was told and what waits, kept in the instance, and delivered until it is taken.

A message is noted before it is sent and taken out after it was: who is killed in between sends that
one again, and no other. Two processes each have a note of their own.
"""

import time
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from dagster import DagsterInstance

from resources.notifications.destination import Destination, NotDelivered
from traderai_assets.domain.notifications.facts import Fact
from traderai_assets.domain.notifications.memory import Memory
from traderai_assets.domain.notifications.rule import news
from traderai_assets.instance.notification_notes import OF_SENSOR, keep_memory, kept_memory
from traderai_assets.settings import Settings

SECONDS_A_TICK = 20.0
"""After which no further message is begun: a destination that hangs holds no tick for longer."""


class Post:
    """Tells facts to the destinations of the settings, each fact once."""

    def __init__(
        self,
        instance: DagsterInstance,
        settings: Settings,
        destinations: Sequence[Destination],
        note: str = OF_SENSOR,
    ) -> None:
        self._instance = instance
        self._notify = settings.notify
        self._to = {one.name: one for one in destinations}
        self._note = note

    def memory(self) -> Memory | None:
        """Return what is kept; None where nothing is yet."""
        return kept_memory(self._instance, self._note)

    def keep(self, memory: Memory) -> None:
        """Write down what is kept from now on."""
        keep_memory(self._instance, self._note, memory)

    def take(self, facts: Sequence[Fact], memory: Memory, now: datetime) -> Memory:
        """Put what is news into the outbox, and keep it with what was told: in one write."""
        messages, told = news(
            facts,
            memory.told,
            now,
            kinds=self._notify.kinds,
            cool_down=timedelta(minutes=self._notify.cool_down_minutes),
            most=self._notify.most_at_once,
        )
        outbox = memory.outbox.only_for(list(self._to)).put(messages, list(self._to), now)
        after = replace(memory, told=told, outbox=outbox)
        self.keep(after)
        return after

    def deliver(self, memory: Memory, now: datetime) -> tuple[Memory, list[str]]:
        """Send what waits to whoever does not rest; return what is left, and what was done."""
        said: list[str] = []
        began = time.monotonic()
        for name, destination in self._to.items():
            while (message := memory.outbox.next_for(name, now)) is not None:
                if time.monotonic() - began > SECONDS_A_TICK:
                    return memory, [*said, "the rest is sent by the next tick"]
                try:
                    destination.send(message)
                    outbox = memory.outbox.delivered(message, name)
                    said.append(f"{name} was told: {message.title}")
                except NotDelivered as error:
                    outbox = memory.outbox.failed(name, str(error), now)
                    said.append(str(error))
                memory = replace(memory, outbox=outbox)
                self.keep(memory)
        return memory, said
