"""Aging: a run that has waited long is treated as more urgent. Off unless a step is given."""

from datetime import timedelta

from traderai_assets.domain.errors import InvalidSettings


def aged_priority(priority: int, waited: timedelta, step: timedelta | None, highest: int) -> int:
    """Return the priority of a run that has waited so long.

    Parameters
    ----------
    priority : what the run's class gives it
    waited : since the run was queued; a clock set back makes nothing urgent
    step : one more for each of these that has passed; None: nothing ages
    highest : where aging ends; a class above it stays where it is
    """
    if step is None:
        return priority
    if step <= timedelta():
        raise InvalidSettings(f"the step of aging is {step}; give a time above zero, or none")
    gained = max(timedelta(), waited) // step
    return max(priority, min(priority + gained, highest))
