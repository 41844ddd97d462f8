"""The shared rate limit: one schedule of requests an exchange, for all processes of a machine.

ccxt's limiter counts the requests of one object, so three runs would ask three times as often as
the exchange permits. Here a small file under a lock holds the next free moment: who wants to ask
books it, and sleeps until it has come. What the exchange says by Retry-After moves it for all, for
as long as is believed (domain/venue_numbers.py); no file, however old or whatever is in it, holds
longer.
"""

import fcntl
import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO

from traderai_assets.domain.errors import ExchangeUnavailable
from traderai_assets.domain.venue_numbers import MAX_PAUSE_SECONDS

_MOST_BYTES = 1_000


class SharedRateLimit:
    """The requests that one exchange permits this machine."""

    def __init__(self, folder: Path, exchange_id: str) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._exchange_id = exchange_id
        self._path = folder / f"{exchange_id}.allowance"  # Named so since version 0.1

    def take(self, seconds: float, *, at_most: float) -> None:
        """Wait for the next free moment and keep it to ourselves for `seconds`.

        Raises
        ------
        ExchangeUnavailable
            At once, and without booking, where the wait is longer than `at_most` seconds.
        """
        with self._locked() as file:
            now = time.time()
            wait = _wait(file, now)
            if wait > at_most:
                _settle(file, now, now + wait)
                raise ExchangeUnavailable(self._refusal(now + wait, at_most))
            _book(file, now, now + wait + seconds)
        time.sleep(wait)

    def pause(self, seconds: float) -> None:
        """Let nobody on this machine ask the exchange for so many seconds from now."""
        with self._locked() as file:
            now = time.time()
            _book(file, now, now + max(_wait(file, now), min(seconds, MAX_PAUSE_SECONDS)))

    @contextmanager
    def _locked(self) -> Iterator[BinaryIO]:
        with self._path.open("a+b") as file:
            fcntl.flock(file, fcntl.LOCK_EX)  # Released with the file, also by a kill
            yield file

    def _refusal(self, free_at: float, at_most: float) -> str:
        moment = datetime.fromtimestamp(free_at, UTC).isoformat(" ", "seconds")
        return (
            f"{self._exchange_id} must not be asked before {moment}, and this request may wait "
            f"{max(0.0, at_most):.0f} s at most; the exchange said so by Retry-After, of which "
            f"{MAX_PAUSE_SECONDS / 60:.0f} min are believed at most, or other runs have booked its "
            f'requests: run again after that, or end the pause with "rm {self._path}"'
        )


def _wait(file: BinaryIO, now: float) -> float:
    """Seconds until the next free moment.

    Never more than when it was booked, so that a machine's clock that jumps back by an hour costs
    no hour, and never beyond the longest pause that is believed, counted from the booking. A file
    that a kill left torn counts as empty: the price is one early request.
    """
    booked_at, free_at = _booking(file)
    free_at = min(free_at, booked_at + MAX_PAUSE_SECONDS)
    wait = min(free_at - now, free_at - booked_at)
    return wait if wait > 0 else 0.0  # Not a number is none


def _booking(file: BinaryIO) -> tuple[float, float]:
    """When the last booking was made, and until when; (0, 0) where the file says nothing."""
    file.seek(0)
    try:
        booking = json.loads(file.read(_MOST_BYTES))
        return float(booking["booked_at"]), float(booking["free_at"])
    except (ValueError, TypeError, KeyError, OverflowError, RecursionError):
        return 0.0, 0.0


def _settle(file: BinaryIO, now: float, free_at: float) -> None:
    """Date a booking of the future as of now: made by a clock ahead, it would never end."""
    if _booking(file)[0] > now:
        _book(file, now, free_at)


def _book(file: BinaryIO, now: float, free_at: float) -> None:
    file.truncate(0)
    file.write(json.dumps({"booked_at": now, "free_at": free_at}).encode())
    file.flush()
