"""Whether a market needs a new model, and whether one can be trained now."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from traderai_assets.domain.freshness.training_data import Refusal
from traderai_assets.domain.months import Month
from traderai_assets.domain.spans.look_back import served_month


@dataclass(frozen=True)
class ModelVerdict:
    """What to do about one market's model, and a sentence saying why."""

    market: str
    served_month: Month
    action: Literal["train", "wait", "fresh"]
    reason: str


def stale_models(
    trained_until: Mapping[str, datetime | None],
    now: datetime,
    *,
    max_age: timedelta,
    expires_after: timedelta,
    look_back_days: int,
    refusals: Mapping[str, Refusal],
) -> list[ModelVerdict]:
    """Decide for every market whether to train, to wait for its history, or to let be.

    Parameters
    ----------
    trained_until : mapping of market key to datetime or None
        When the last label became known to the market's newest model; None where it has no model.
    now : datetime
    max_age : timedelta
        Older models are replaced.
    expires_after : timedelta
        Still older ones say nothing; at least `max_age`, so that a successor was asked for before.
    look_back_days : int
        Decides the month a new model would serve: see `spans.look_back.served_month`.
    refusals : mapping of market key to Refusal
        What the gate says of those markets whose look-back is not complete.

    Returns
    -------
    list of ModelVerdict
        One a market, in the order of `trained_until`. A clock set back makes no model stale.
    """
    served = served_month(now, look_back_days)
    return [
        ModelVerdict(
            market,
            served,
            *_verdict(market, until, now, (max_age, expires_after), refusals.get(market)),
        )
        for market, until in trained_until.items()
    ]


def _verdict(
    market: str,
    until: datetime | None,
    now: datetime,
    ages: tuple[timedelta, timedelta],
    refusal: Refusal | None,
) -> tuple[Literal["train", "wait", "fresh"], str]:
    max_age, expires_after = ages
    if until is not None and now - until <= max_age:
        return "fresh", f"the model of {market} knows all up to {until:%Y-%m-%d %H:%M} UTC"
    if until is None:
        stale = f"{market} has no model"
    else:
        stale = f"the model of {market} is {now - until} old, beyond {max_age}"
        if now - until > expires_after:
            stale += f", and says nothing since {until + expires_after:%Y-%m-%d %H:%M} UTC"
    if refusal is not None:
        return "wait", f"{stale}, but {refusal.way_out}"
    return "train", f"{stale}, and its look-back is complete"
