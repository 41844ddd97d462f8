"""What of a history and of times is impossible together: a sentence each, with what would do.

Asked by plan.py, which asks of the plan of a training as well.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING

from traderai_assets.domain.limits import FIRST_MONTH, MAX_WARM_UP_BARS
from traderai_assets.domain.markets import BARS

if TYPE_CHECKING:
    from traderai_assets.settings import Settings


def clashes_of_history(settings: "Settings", now: datetime) -> Iterator[str]:
    """Say what is wrong with how much history is kept: too much, or too little to learn from."""
    history, training = settings.history_days, settings.training
    least = training.expanding_from_days or training.lookback_days
    most = (now - FIRST_MONTH).days
    if history > most:
        yield (
            f"history_days = {history} reaches back before {FIRST_MONTH:%Y-%m}, where the months "
            f"that can be kept begin; at most {most} fit today ({now:%Y-%m-%d})"
        )
    if history < least:
        name = "expanding_from_days" if training.expanding_from_days else "lookback_days"
        yield (
            f"history_days = {history} is less than training.{name} = {least}: no look-back would "
            f"ever be complete; at least {least} days of history would do"
        )
    elif not training.expanding_from_days:
        timeframes = sorted({market.timeframe for market in settings.market_list()})
        yield from (found for name in timeframes if (found := clash_of_warm_up(settings, name)))


def clash_of_warm_up(settings: "Settings", timeframe: str) -> str | None:
    """Say how much history the features of a look-back need, where that is more than is kept.

    One that expands begins where its history does.
    """
    if settings.training.expanding_from_days:
        return None
    from traderai_assets.plan import reach

    least = reach(settings).history_days(BARS[timeframe])
    if settings.history_days >= least:
        return None
    return (
        f"history_days = {settings.history_days} is too short for training.lookback_days = "
        f"{settings.training.lookback_days} of timeframe = {timeframe!r}: its features look "
        f"back {MAX_WARM_UP_BARS} bars more, which are months of their own; history_days = {least} "
        "would do, or a shorter timeframe"
    )


def clashes_of_time(settings: "Settings") -> Iterator[str]:
    """Say which waits are longer than what they are part of."""
    exchange = settings.exchange
    if exchange.request_timeout_seconds > exchange.deadline_seconds:
        yield (
            f"exchange.request_timeout_seconds = {exchange.request_timeout_seconds:g} is more than "
            f"exchange.deadline_seconds = {exchange.deadline_seconds:g}, all tries together; "
            "lengthen the deadline or shorten the time-out"
        )
    grace = settings.sensors.grace_seconds
    for name in sorted({market.timeframe for market in settings.market_list()}):
        lives = settings.longest_horizon * BARS[name].total_seconds()
        if grace >= lives:
            yield (
                f"sensors.grace_seconds = {grace:g} is not less than the {lives:g} s that a signal "
                f"lives whose horizon_bars are {settings.longest_horizon} of {name}: each would be "
                "over before its candle is missed; shorten the grace"
            )
