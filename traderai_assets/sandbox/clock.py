"""The exchange's clock: stands, runs or runs faster. The only file here that reads a real clock.

Everything the sandbox serves is cut off at this clock. It may jump, also backwards: a venue whose
time jumps is one of the faults worth having.
"""

import threading
import time
from datetime import UTC, datetime, timedelta

from traderai_assets.domain.arrays import milliseconds
from traderai_assets.domain.errors import InvalidInput

EARLIEST = datetime(1970, 1, 1, tzinfo=UTC)
LATEST = datetime(2090, 1, 1, tzinfo=UTC)
MAX_SPEED = 1_000_000.0


def monotonic() -> float:
    """Seconds of real time that never go back; only differences mean something."""
    return time.monotonic()


class Clock:
    """What time it is at the exchange; safe to set from another thread.

    Parameters
    ----------
    now : datetime, optional
        Timezone-aware time to begin at; by default the machine's own.
    speed : float, default=0.0
        Seconds of exchange time per real second: 0 stands still, 1 runs, 300 runs a
        five-minute bar a second.
    """

    def __init__(self, now: datetime | None = None, speed: float = 0.0) -> None:
        self._lock = threading.Lock()
        self._anchor = _checked_time(datetime.now(UTC) if now is None else now)
        self._speed = _checked_speed(speed)
        self._since = monotonic()

    @property
    def speed(self) -> float:
        """Seconds of exchange time per real second."""
        return self._speed

    def now(self) -> datetime:
        """The time at the exchange, UTC."""
        with self._lock:
            return self._read()

    def now_ms(self) -> int:
        """The time at the exchange in whole milliseconds since 1970."""
        return milliseconds(self.now())

    def set(self, now: datetime) -> None:
        """Jump to a time, forwards or backwards; the speed stays."""
        with self._lock:
            self._anchor, self._since = _checked_time(now), monotonic()

    def advance(self, seconds: float) -> None:
        """Jump by so many seconds; negative goes back."""
        with self._lock:
            moved = _checked_time(self._read() + timedelta(seconds=seconds))
            self._anchor, self._since = moved, monotonic()

    def set_speed(self, speed: float) -> None:
        """Go on from the present time at another speed."""
        with self._lock:
            checked = _checked_speed(speed)
            self._anchor, self._since, self._speed = self._read(), monotonic(), checked

    def _read(self) -> datetime:
        passed = (monotonic() - self._since) * self._speed
        ahead = (LATEST - self._anchor).total_seconds()
        return self._anchor + timedelta(seconds=min(passed, ahead))


def _checked_time(moment: datetime) -> datetime:
    if moment.tzinfo is None:
        raise InvalidInput(f"time {moment.isoformat()} has no time zone; write it with +00:00")
    if not EARLIEST <= moment <= LATEST:
        raise InvalidInput(
            f"time {moment.isoformat()} is outside {EARLIEST:%Y} to {LATEST:%Y}, "
            "the years this clock can show"
        )
    return moment.astimezone(UTC)


def _checked_speed(speed: float) -> float:
    if not 0 <= speed <= MAX_SPEED:
        raise InvalidInput(
            f"speed {speed} is not between 0 (the clock stands) and {MAX_SPEED:.0f} "
            "exchange seconds a second"
        )
    return float(speed)
