"""Whether a market's candles are behind the clock, and which months bring them up to date."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from traderai_assets.domain.markets import Market
from traderai_assets.domain.months import Month, months_between

# A market without a candle for so long is asked about once an hour, not once a bar
SILENT_AFTER = timedelta(days=1)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class StaleMarket:
    """A market that lacks bars which have closed.

    Attributes
    ----------
    market : str
        Market key.
    months : tuple of Month
        The open month, and before it those whose last bars are not settled. History older than
        that is a backfill's, not an update's.
    behind : timedelta or None
        From the last known bar's close to the last one due; None where nothing is known.
    reason : str
        One sentence for a person.
    """

    market: str
    months: tuple[Month, ...]
    behind: timedelta | None
    reason: str


def last_due_bar(now: datetime, bar: timedelta, grace: timedelta = timedelta()) -> datetime:
    """Open time of the last bar that closed at least `grace` before `now`."""
    return now - grace - (now - grace - _EPOCH) % bar - bar


def stale_candles(
    markets: Mapping[str, datetime | None],
    now: datetime,
    *,
    grace: timedelta,
    tail_bars: int = 0,
) -> list[StaleMarket]:
    """List the markets that lack a bar which closed at least `grace` ago.

    Parameters
    ----------
    markets : mapping of market key to datetime or None
        Open time of the last bar that is stored *or known to be a gap*; None where there is none.
        A market that does not trade would otherwise be asked about for ever.
    now : datetime
    grace : timedelta
        How long after its close a bar may still be on its way.
    tail_bars : int, default=0
        Bars that may still be revised: the months they lie in are asked for again too.

    Returns
    -------
    list of StaleMarket
        In the order of `markets`. A clock set back makes nothing stale.
    """
    verdicts = []
    for key, last in markets.items():
        bar = Market.parse(key).bar
        due = last_due_bar(now, bar, grace)
        if last is not None and last >= due:
            continue
        verdicts.append(
            StaleMarket(
                key,
                _months_to_update(last, due, bar, tail_bars),
                None if last is None else due - last,
                _reason(key, last, due, bar),
            )
        )
    return verdicts


def _months_to_update(
    last: datetime | None, due: datetime, bar: timedelta, tail_bars: int
) -> tuple[Month, ...]:
    open_month = Month.of(due)
    first = min(due, due + bar - tail_bars * bar)
    if last is not None and last + bar < open_month.start:  # Its last bars are not there
        first = min(first, open_month.before(1)[0].start)
    return tuple(months_between(first, open_month.end))


def _reason(key: str, last: datetime | None, due: datetime, bar: timedelta) -> str:
    if last is None:
        return f"{key} has no candles; the bar of {due:%Y-%m-%d %H:%M} UTC has closed"
    return (
        f"{key} ends with the bar of {last:%Y-%m-%d %H:%M} UTC, {(due - last) // bar} bars before "
        f"the last that has closed"
    )
