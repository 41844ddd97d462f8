"""The clock of a venue, as far as it is believed; and whether a sandbox stands in for the venue."""

import time
from datetime import UTC, datetime
from functools import partial
from typing import Any

from traderai_assets.domain.candles.frames import moment_of
from traderai_assets.domain.errors import BadExchangeAnswer
from traderai_assets.domain.plain_text import plain_line
from traderai_assets.domain.venue_numbers import clock_fault, is_moment

SANDBOX_HEADER = "X-TraderAI-Sandbox"  # how a sandbox says what its candles are
_SHOWN = 60


def read_clock(client: Any, *, stands_in: bool) -> datetime:
    """Ask for the time once.

    Parameters
    ----------
    client
        Of an exchange that tells the time.
    stands_in : bool
        Whether another host stands in for the exchange: it may replay the past.

    Raises
    ------
    BadExchangeAnswer
        If the answer is no time, or further from this machine's than is believed.
    """
    reading = client.fetch_time()
    if not is_moment(reading):
        raise BadExchangeAnswer(f"'{plain_line(reading, most=_SHOWN)}' for a time in milliseconds")
    told = moment_of(reading)
    fault = clock_fault(told, datetime.now(UTC), may_be_late=stands_in)
    # A sandbox lives in its own time
    if fault and not (stands_in and sandbox_behind(client)):
        raise BadExchangeAnswer(fault)
    return told


class VenueClocks:
    """The last reading of each venue's clock, and when it was taken, by this machine's."""

    def __init__(self) -> None:
        self._readings: dict[tuple[str, str], tuple[float, datetime]] = {}

    def read(self, client: Any, *, max_age: float, stands_in: bool) -> datetime:
        """Return the venue's time, asked for anew where the last reading is older (seconds).

        This machine's UTC where the venue tells none.
        """
        if not client.has.get("fetchTime"):
            return datetime.now(UTC)
        key = (client.id, client.market_kind)
        asked_at, reading = self._readings.get(key, (0.0, None))
        if reading is None or time.monotonic() - asked_at > max_age:
            asked_at = time.monotonic()
            what = " ".join(("clock of", client.id, *key[1:])).removesuffix(" spot")
            reading = client.retry.ask(what, partial(read_clock, client, stands_in=stands_in))
            self._readings[key] = (asked_at, reading)
        return reading

    def clear(self) -> None:
        """Forget every reading."""
        self._readings.clear()


def sandbox_behind(client: Any) -> str:
    """What the sandbox behind a client says its candles are; empty where there is none."""
    headers = client.last_response_headers or {}
    return plain_line(headers.get(SANDBOX_HEADER, ""), most=_SHOWN)
