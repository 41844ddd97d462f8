"""Tells people what matters and is new: markets gone silent, verdicts, failed backfills, drift.

It asks for no run. Most ticks read one note and one query of runs; tables are looked at when a run
ended that writes such facts, and every ten minutes. That the daemon itself is dead is told by the
web server's process (web/daemon_watch.py): a sensor of a dead daemon tells nothing.
"""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import dagster as dg

from resources.exchange.resource import ExchangeResource
from resources.lake.resource import LakeResource
from resources.notifications.build import build_destinations
from sensors.market_sensor import impatient
from traderai_assets.domain.notifications.facts import Fact
from traderai_assets.domain.notifications.memory import Memory
from traderai_assets.instance.instance_guard import foreign
from traderai_assets.notifying.market_facts import Clocks, market_facts
from traderai_assets.notifying.post import Post
from traderai_assets.notifying.run_facts import run_news
from traderai_assets.notifying.strategy_facts import strategy_facts
from traderai_assets.settings import Settings

BETWEEN_LOOKS = timedelta(minutes=10)


def notifications_sensor(settings: Settings) -> dg.SensorDefinition:
    """Build the sensor; there is none where no destination is named."""

    @dg.sensor(
        name="notifications",
        minimum_interval_seconds=settings.sensors.interval_seconds,
        default_status=dg.DefaultSensorStatus.RUNNING,
        description="Tells people outside of the web UI what matters, each thing once.",
    )
    def sensor(
        context: dg.SensorEvaluationContext, lake: LakeResource, exchange: ExchangeResource
    ) -> dg.SkipReason:
        if fault := foreign(context.instance):
            return dg.SkipReason(fault)
        post = Post(context.instance, settings, build_destinations(settings))
        said = tell(context.instance, lake, exchange, settings, post, datetime.now(UTC))
        return dg.SkipReason("; ".join(said) or "nothing is new")

    return sensor


def tell(
    instance: dg.DagsterInstance,
    lake: LakeResource,
    exchange: ExchangeResource,
    settings: Settings,
    post: Post,
    now: datetime,
) -> list[str]:
    """Tell what is new, and return what was done; what was so before the first look is not told."""
    kept = post.memory()
    if kept is None:
        facts, faults = _look(instance, lake, exchange, settings)
        began = Memory(runs_until=now, looked_at=now)
        post.keep(replace(began, told=began.told.known(one.name for one in facts)))
        return ["what is so by now is taken for told; from now on what is new is told", *faults]
    runs = run_news(instance, kept.runs_until)
    before = set(kept.told.names)
    facts, faults, looked_at = list(runs.facts), [], kept.looked_at
    if set(runs.makers) - before or now - kept.looked_at >= BETWEEN_LOOKS:
        seen, faults = _look(instance, lake, exchange, settings)
        facts, looked_at = [*facts, *seen], now
    new = [one for one in facts if one.name not in before]
    memory = Memory(runs.until, looked_at, kept.told.known(runs.makers), kept.outbox)
    if new or kept.told.held:
        memory = post.take(new, memory, now)
    elif memory != kept:
        post.keep(memory)
    return [*post.deliver(memory, now)[1], *faults]


def _look(
    instance: dg.DagsterInstance,
    lake: LakeResource,
    exchange: ExchangeResource,
    settings: Settings,
) -> tuple[list[Fact], list[str]]:
    """Return what stands by now, and what cannot be read: the rest is told all the same."""
    with impatient(exchange) as clocks:
        silent, unread = market_facts(instance, lake, settings, Clocks(clocks.clock))
    judged, lost = strategy_facts(lake, settings)
    return [*silent, *judged], [*unread, *lost]
