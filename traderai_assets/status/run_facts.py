"""Facts of one run, as every command shows them: its name, its work, its times."""

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from traderai_assets.domain.run_tags import tag_of
from traderai_assets.work_classes import (
    CLASS_TAG,
    EXCHANGE_TAG,
    MARKET_TAG,
    MARKETS_TAG,
    STRATEGY_TAG,
)

if TYPE_CHECKING:
    from dagster import DagsterRun

SHORT = 8
_MINUTE, _HOUR, _DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


def run_row(run: "DagsterRun") -> dict[str, Any]:
    """Return what distinguishes the run from others: id, job or assets, class, market.

    And the strategies it works for, where they have names.
    """
    strategy = tag_of(run.tags, STRATEGY_TAG)
    row = {
        "run": run.run_id,
        "job": work_of(run),
        "class": run.tags.get(CLASS_TAG, ""),
        "market": market_of_run(run),
    }
    return row | ({"strategy": strategy} if strategy else {})


def market_of_run(run: "DagsterRun") -> str:
    """Return the market a run is for, or how many of which exchange; empty where it has none."""
    markets = tag_of(run.tags, MARKETS_TAG)
    if markets is None:
        return tag_of(run.tags, MARKET_TAG) or ""
    return f"{markets} of {tag_of(run.tags, EXCHANGE_TAG) or 'no exchange'}"


def work_of(run: "DagsterRun") -> str:
    """Return the run's job, or the assets it was asked for where it was asked for some alone."""
    return "+".join(sorted("/".join(key.path) for key in run.asset_selection or ())) or run.job_name


def short(run_id: str) -> str:
    """Return a run's id as people write it."""
    return run_id[:SHORT]


def moment(at: datetime | float | None) -> str | None:
    """Write a moment as people and programs read it, to the second."""
    if at is None:
        return None
    instant = at if isinstance(at, datetime) else datetime.fromtimestamp(at, UTC)
    return f"{as_utc(instant):%Y-%m-%d %H:%M:%S}Z"


def as_utc(at: datetime) -> datetime:
    """Return a moment of Dagster's database, which may not say that it is UTC."""
    return at if at.tzinfo is not None else at.replace(tzinfo=UTC)


def span(seconds: float) -> str:
    """Write how long something took or takes, in the one unit that matters and the next."""
    length = timedelta(seconds=max(0, round(seconds)))
    if length < _MINUTE:
        return f"{length.seconds} s"
    if length < _HOUR:
        return f"{length // _MINUTE} min"
    if length < _DAY:
        return f"{length // _HOUR} h {length % _HOUR // _MINUTE} min"
    return f"{length.days} d {length % _DAY // _HOUR} h"
