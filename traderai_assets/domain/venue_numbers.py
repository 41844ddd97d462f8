"""Numbers a venue gives about itself, as far as they are believed; every cap on one stands here.

A venue may be wrong, broken or not the venue at all. None of its numbers may stop all requests for
days or move the time: what is beyond belief is cut, or refused with a sentence.
"""

import math
from contextlib import suppress
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime

# However long a venue wants to be left alone, it is asked again after this and may say so again.
MAX_PAUSE_SECONDS = 15 * 60.0
# What one request may cost of the shared rate limit, whatever ccxt has read about the venue.
MAX_COST_SECONDS = 60.0
# A venue's clock further than this from the machine's is believed by nobody.
MAX_CLOCKS_APART = timedelta(days=1)
_YEAR_2200 = 7_258_118_400_000  # In ms


def pause_seconds(retry_after: str | None, date: str | None, now: datetime) -> float:
    """Return for how long a venue wants no request, from 0 to MAX_PAUSE_SECONDS.

    Parameters
    ----------
    retry_after : str, optional
        The header Retry-After: seconds, or a date of the server's own clock.
    date : str, optional
        The header Date: what time it is there; `now` where it cannot be read.
    now : datetime
        The machine's time.
    """
    seconds = _seconds(retry_after or "")
    if seconds is None:
        until = _http_date(retry_after)
        seconds = (until - (_http_date(date) or now)).total_seconds() if until else 0.0
    return 0.0 if math.isnan(seconds) else min(max(0.0, seconds), MAX_PAUSE_SECONDS)


def cost_seconds(cost: float, seconds_for_one: float) -> float:
    """Return what a request costs of the shared rate limit, from 0 to MAX_COST_SECONDS."""
    seconds = cost * seconds_for_one
    return 0.0 if math.isnan(seconds) else min(max(0.0, seconds), MAX_COST_SECONDS)


def is_moment(reading: object) -> bool:
    """Whether a reading can be milliseconds since 1970, before 2200."""
    return type(reading) is int and 0 < reading < _YEAR_2200


def clock_fault(told: datetime, here: datetime, *, may_be_late: bool = False) -> str | None:
    """Return why a venue's clock is not believed; None where it is.

    Nobody can say which of two clocks is wrong. By one that is years ahead an open candle would be
    stored as closed, by one that is years behind nothing would be fetched for years.

    Parameters
    ----------
    told, here : datetime
        The venue's time and the machine's.
    may_be_late : bool
        Whether the venue may live in the past, as one on loopback that replays it: that stores
        nothing false.
    """
    apart = told - here
    if abs(apart) <= MAX_CLOCKS_APART or (may_be_late and apart < timedelta(0)):
        return None
    return (
        f"its clock says {told:%Y-%m-%d %H:%M} UTC and this machine's {here:%Y-%m-%d %H:%M} UTC; "
        f"more than {MAX_CLOCKS_APART.days} day apart one of them is wrong, and no bar is known to "
        "be closed; set this machine's clock if it is that one, or wait until the venue's is right"
    )


def _seconds(text: str) -> float | None:
    with suppress(ValueError):
        return float(text)
    return None


def _http_date(text: str | None) -> datetime | None:
    """An HTTP date; None where there is none."""
    with suppress(TypeError, ValueError, OverflowError):
        date = parsedate_to_datetime(text or "")
        return date if date.tzinfo else None
    return None
