"""The watch over the daemon: who tells of a dead one is the web server's process, beside it.

It runs in `traderai dev`, `demo` and deploy/ alike, as a thread that looks once a minute. Where the
whole machine is gone nobody here can tell it: docs/notifications.md says what to do about that.
"""

import logging
import threading
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from dagster import DagsterInstance

from resources.notifications.build import build_destinations
from traderai_assets.domain.notifications.facts import Fact
from traderai_assets.domain.notifications.kinds import DAEMON_DEAD
from traderai_assets.domain.notifications.memory import Memory
from traderai_assets.instance.notification_notes import OF_WATCH
from traderai_assets.notifying.post import Post
from traderai_assets.settings import Settings
from traderai_assets.status.waiting import daemon_seen

SECONDS_BETWEEN_LOOKS = 60.0
SILENCE = timedelta(minutes=5)
_log = logging.getLogger(__name__)


class DaemonWatch:
    """Looks after the daemon until it is told to end."""

    def __init__(self, instance: DagsterInstance, settings: Settings) -> None:
        self._instance = instance
        self._post = Post(instance, settings, build_destinations(settings), OF_WATCH)
        self._ended = threading.Event()

    def start(self) -> None:
        """Look once a minute, in a thread that ends with the process."""
        threading.Thread(target=self._run, name="daemon watch", daemon=True).start()

    def end(self) -> None:
        """Look no more."""
        self._ended.set()

    def look(self, now: datetime) -> list[str]:
        """Tell that the daemon is dead, once a death; return what was done."""
        memory = self._post.memory() or Memory(runs_until=now, looked_at=now)
        facts = dead_daemon(daemon_seen(self._instance), now)
        new = [one for one in facts if one.name not in memory.told.names]
        if new or memory.told.held or memory.outbox.letters:
            memory = self._post.take(new, replace(memory, looked_at=now), now)
            return self._post.deliver(memory, now)[1]
        return []

    def _run(self) -> None:
        while not self._ended.wait(SECONDS_BETWEEN_LOOKS):
            try:
                for said in self.look(datetime.now(UTC)):
                    _log.info("notifications: %s", said)
            except Exception:  # noqa: BLE001  # The database may be away; the web server goes on
                _log.exception("the daemon could not be looked after; it is tried again")


def dead_daemon(seen: datetime | None, now: datetime) -> list[Fact]:
    """Return the fact that the daemon is dead, named by its last sign of life; or none.

    One that never lived here is not dead: nobody has started it yet.
    """
    if seen is None or now - seen < SILENCE:
        return []
    return [
        Fact(
            f"daemon:{seen.isoformat()}",
            DAEMON_DEAD.name,
            f"last seen {seen:%Y-%m-%d %H:%M} UTC",
            f"the daemon gave no sign of life since {seen:%Y-%m-%d %H:%M} UTC: no run starts, no "
            "signal is made",
            'start it again: "traderai dev", or the container of deploy/',
            seen,
        )
    ]
