"""Whether open signals can be judged anew, because bars have closed since they were last judged."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from traderai_assets.domain.months import Month, months_between


@dataclass(frozen=True)
class OpenSignals:
    """The open signals of one market.

    Attributes
    ----------
    count : int
        How many; at least one.
    first_decided_at, first_valid_until : datetime
        Of the oldest one.
    judged_until : datetime or None
        Close of the last candle their outcomes took into account; None before the first judgement.
    """

    count: int
    first_decided_at: datetime
    first_valid_until: datetime
    judged_until: datetime | None = None


@dataclass(frozen=True)
class ExpiringSignals:
    """A market whose open signals may have ended, and the months their outcomes belong to."""

    market: str
    months: tuple[Month, ...]
    reason: str


def expiring_signals(
    open_signals: Mapping[str, OpenSignals], last_close: Mapping[str, datetime]
) -> list[ExpiringSignals]:
    """List the markets whose open signals must be judged again.

    Any bar may reach a target or a stop, so one that closed since the last judgement is enough.
    Only stored bars count, never the clock: without a bar nothing ends.

    Parameters
    ----------
    open_signals : mapping of market key to OpenSignals
        Markets without open signals are not in it.
    last_close : mapping of market key to datetime
        When the last stored bar closed.
    """
    verdicts = []
    for market, signals in open_signals.items():
        judged = signals.judged_until or signals.first_decided_at
        closed = last_close.get(market)
        if closed is None or closed <= judged:
            continue
        over = ", the oldest past its validity" if closed >= signals.first_valid_until else ""
        verdicts.append(
            ExpiringSignals(
                market,
                tuple(months_between(judged, closed)),
                f"{market} has {signals.count} open signals{over}; bars have closed since "
                f"{judged:%Y-%m-%d %H:%M} UTC",
            )
        )
    return verdicts
