"""Asks for history that never was fetched, for what did not come, and for bars that have closed."""

from datetime import datetime, timedelta

import dagster as dg

from sensors.absent_bars import AbsentBars, ends_in_gap, known_until_of
from sensors.market_sensor import Finding, market_sensor, request_months
from sensors.tick_view import TickView
from traderai_assets.domain.errors import InvalidMarket, RequestRefused
from traderai_assets.domain.freshness.candles import SILENT_AFTER, last_due_bar, stale_candles
from traderai_assets.domain.freshness.live_ticks import REACH_BARS
from traderai_assets.domain.labels.barriers import label_memory_bars
from traderai_assets.domain.markets import Market
from traderai_assets.domain.months import Month
from traderai_assets.instance.market_notes import note_refused
from traderai_assets.partitions import history_months
from traderai_assets.schemas.candles import CANDLES
from traderai_assets.schemas.features import FEATURES
from traderai_assets.schemas.labels import LABELS
from traderai_assets.settings import Settings
from traderai_assets.work_classes import BY_SCHEDULE_TAG

# How long bars that keep closing may hold up what is due: where a clock runs fast they always do
_MOST_WAITED = timedelta(hours=1)


def stale_candles_sensor(settings: Settings) -> dg.SensorDefinition:
    """Build the sensor."""
    return market_sensor(
        settings,
        name="stale_candles",
        jobs=("update_latest", "backfill"),
        description="Backfills history that never was fetched; updates markets behind the clock.",
        decide=decide,
        prepare=TickView.sync_with_settings,
    )


def decide(view: TickView, market: Market) -> Finding:
    """Ask for all history the market lacks, for absent bars that are due, for bars that closed."""
    view.keep(market)
    refused = view.refusal(market)
    if refused is not None and not refused.may_ask(view.wall()):
        return Finding(f"{market.key} {refused.sentence}", failed=not refused.ended)
    now = _now(view, market)
    view.note_open_month(market, Month.of(now))
    if view.busy(market, "update_latest", "backfill"):
        return Finding(f"{market.key} is being fetched")
    lacking = _lacking_months(view, market, now)
    if lacking:
        # One try an hour: a venue that is down for a while must not need a person afterwards.
        cause = f"{lacking[0].key}:{len(lacking)}:{_this_hour(view)}"
        if refused is not None:  # Its own time has come; and it must not take the updates' slot
            cause += f":{refused.times}"
        request = _request("backfill", market, lacking, cause)
        # History that cannot be had must not cost the market its newest bars.
        if not view.was_asked(request) and view.resting(market, "backfill") is None:
            found = f"history of {market.key} is not whole from {lacking[0].key} on"
            return Finding(found, request)
    update = _update(view, market, now)
    return _ask_again(view, market, now, update) or update


def _ask_again(view: TickView, market: Market, now: datetime, update: Finding) -> Finding | None:
    """Ask again for all absent bars that are due, in one run; None where that can wait."""
    absences = AbsentBars(view, market, now)
    if not absences.due:
        doubted = absences.doubted
        if update.request is None and doubted:
            return Finding(f"{update.sentence}; {doubted}")
        return None
    # Bars that have just closed come first, but not for ever
    waiting = now - absences.since < _MOST_WAITED
    if update.request is not None and waiting and not view.was_asked(update.request):
        return None
    months = absences.months
    cause = f"again:{absences.since:%Y-%m-%dT%H:%M:%S}:{months[0].key}:{_this_hour(view)}"
    job = "update_latest" if months == [Month.of(now)] else "backfill"
    request = _request(job, market, months, cause)
    return None if view.was_asked(request) else Finding(absences.sentence, request)


def _now(view: TickView, market: Market) -> datetime:
    """Return the time at the market's exchange; one that refuses to tell it is asked rarely."""
    try:
        return view.now(market)
    except (InvalidMarket, RequestRefused) as error:
        note_refused(view.instance, market.key, str(error), now=view.wall())
        raise


def _update(view: TickView, market: Market, now: datetime) -> Finding:
    """Ask for the bars that have closed and are not stored."""
    known = known_until_of(view, market)
    stale = stale_candles(
        {market.key: None if known is None else known - market.bar},
        now,
        grace=timedelta(seconds=view.settings.sensors.grace_seconds),
        tail_bars=view.settings.exchange.tail_bars,
    )
    if not stale:
        return Finding(f"{market.key} is up to date")
    due = last_due_bar(now, market.bar)
    last = view.last_time(CANDLES, market)
    live = view.settings.live.shard_markets > 0
    if live and last is not None and due - last <= REACH_BARS * market.bar:
        return Finding(f"{stale[0].reason}, which the sensor live_ticks asks for")
    if last is not None and due - last > SILENT_AFTER:  # No bar closes there, so none is missed
        due = due.replace(minute=0, second=0, microsecond=0)
        known = last
    request = _request("update_latest", market, list(stale[0].months), f"{known}:{due}")
    return Finding(stale[0].reason, request)


def _request(job: str, market: Market, months: list[Month], cause: str) -> dg.RunRequest:
    request = request_months(job, market, months, cause)
    return request._replace(tags={**request.tags, BY_SCHEDULE_TAG: "true"})


def _this_hour(view: TickView) -> str:
    return view.wall().strftime("%Y-%m-%dT%H")


def _lacking_months(view: TickView, market: Market, now: datetime) -> list[Month]:
    """Return the months from the first closed one that is not whole, to the open one.

    With the open month, so that a new market is complete after one run. A month that has only
    just closed is the update's, as long as its tail may be revised.
    """
    history = history_months(now, view.settings.history_days)
    settled = now - view.settings.exchange.tail_bars * market.bar
    closed = (month for month in history if month.end <= settled)
    first = next((month for month in closed if not _is_whole(view, market, month)), None)
    return [month for month in history if month >= first] if first else []


def _is_whole(view: TickView, market: Market, month: Month) -> bool:
    """Whether a fetch that was not interrupted has reached the end of the month.

    A run that was killed leaves a month that ends early, or candles without features: neither
    must pass for history.
    """
    candles = view.table(CANDLES).summary(market, month)
    if _lacks_labels(view, market, month, candles.rows):
        return False
    if view.table(FEATURES).summary(market, month).last != candles.last:
        return False
    if candles.last is not None and candles.last + market.bar >= month.end:
        return True
    # A market that is over is not asked for at all; one that is listed again, from there on
    return ends_in_gap(view, market, month)


def _lacks_labels(view: TickView, market: Market, month: Month, candles: int) -> bool:
    """Whether a strategy that came later has no labels of the month yet, nor of one before.

    Where a month holds little more than labels look back on, there may be none to be made.
    """
    for strategy in view.strategies if view.settings.strategies else ():
        own = view.of(strategy)
        stored = own.table(LABELS).months(market)
        least = 2 * label_memory_bars(own.settings.training.horizon_bars)
        if candles > least and not any(one <= month.key for one in stored):
            return True
    return False
