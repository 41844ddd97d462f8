"""Deciding the state: the looks that are due, and the changes that what is known asks for."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from itertools import pairwise

import pandas as pd

from traderai_assets.domain.errors import InvalidInput
from traderai_assets.domain.strategies.changes import Standing, next_change
from traderai_assets.domain.strategies.criteria import StrategyCriteria
from traderai_assets.domain.strategies.live import standardised
from traderai_assets.domain.strategies.looking import Peers, due_looks, make_look
from traderai_assets.domain.strategies.looks import Look, LookCalendar
from traderai_assets.domain.strategies.states import INSUFFICIENT, StateChange


def begun(now: datetime) -> pd.Timestamp:
    """Midnight UTC that began the day which is not over."""
    if now.tzinfo is None:
        raise InvalidInput(f"now = {now} has no time zone; give it in UTC")
    return pd.Timestamp(now).tz_convert("UTC").floor("D")


def decide(
    pool: pd.DataFrame,
    *,
    now: datetime,
    calendar: LookCalendar | None,
    looks: Sequence[Look],
    changes: Sequence[StateChange],
    peers: Peers,
    criteria: StrategyCriteria,
    seed: int,
) -> Standing:
    """Make the looks that are due, then the changes.

    Parameters
    ----------
    pool : DataFrame
        As `pool.pool_days` gives it, of days that are over.
    now, calendar, looks, changes, peers, criteria, seed
        As of `verdict.judge_strategy`.
    """
    calendar = calendar or _calendar_from(pool, now)
    standing = Standing(
        pool=pool,
        results=standardised(pool),
        calendar=calendar,
        looks=_checked(looks, calendar),
        changes=tuple(changes),
        strategies=peers.count,
        criteria=criteria,
    )
    if standing.state == INSUFFICIENT:
        standing = replace(standing, looks=_with_due_looks(standing, peers, now, seed))
    while (change := next_change(standing)) is not None:
        standing = replace(standing, changes=(*standing.changes, change))
    return standing


def _calendar_from(pool: pd.DataFrame, now: datetime) -> LookCalendar:
    return LookCalendar(begun(now) if pool.empty else pool["day"].iloc[0])


def _checked(looks: Sequence[Look], calendar: LookCalendar) -> tuple[Look, ...]:
    for early, late in pairwise(looks):
        if not early.number < late.number or early.passed:
            raise InvalidInput(
                f"look {late.number} follows on look {early.number}, which was "
                f"{'passed' if early.passed else 'not passed'}; each look is made once, in order, "
                "until one is passed"
            )
    for look in looks:
        if look.number not in calendar.looks or look.day != calendar.day_of(look.number):
            raise InvalidInput(
                f"look {look.number} was made for {look.day:%Y-%m-%d}, and the calendar from "
                f"{calendar.first_day:%Y-%m-%d} after {list(calendar.months)} months has no such "
                "look; hand in the calendar that was laid down at registration"
            )
    return tuple(looks)


def _with_due_looks(standing: Standing, peers: Peers, now: datetime, seed: int) -> tuple[Look, ...]:
    """Make the looks that are due, in order, until one is passed."""
    made = standing.looks
    for number in due_looks(standing.pool, standing.calendar, made, now):
        if made and made[-1].passed:
            break
        look = make_look(
            standing.pool,
            standing.calendar,
            number,
            made,
            peers=peers,
            criteria=standing.criteria,
            seed=seed + number,
        )
        made = made if look is None else (*made, look)
    return made
