"""Asks for a verdict on each strategy whose record is not the one that was judged last.

A look is spent once. So nothing is judged while a run is at work that begins the record of a
market, or makes months before those it has: the verdict would be one on another record.
"""

from datetime import timedelta

import dagster as dg

from resources.exchange.resource import ExchangeResource
from resources.lake.remembered import Remembered
from resources.lake.resource import LakeResource
from sensors.market_sensor import OF_ONE_MARKET, Finding, as_tried, tick_result
from sensors.tick_view import TickView
from traderai_assets.domain.states.tries import LONGEST_REST
from traderai_assets.instance.instance_guard import foreign
from traderai_assets.instance.run_coordinator import market_of
from traderai_assets.instance.run_states import as_utc, state_of, unfinished
from traderai_assets.jobs import ASSET_JOBS
from traderai_assets.partitions import partition_named, split_partition_key
from traderai_assets.registry.retirement import is_retired
from traderai_assets.schemas.record import RECORD_DAYS
from traderai_assets.schemas.tables import ALL_MARKETS, ALL_MONTHS
from traderai_assets.schemas.verdict import VERDICTS
from traderai_assets.settings import Settings
from traderai_assets.strategies import strategies_of
from traderai_assets.work_classes import JOBS, STRATEGY_TAG

# Records of many markets grow one after the other, each of them by a day
_REST = timedelta(minutes=10)
_judged: Remembered[frozenset[str]] = Remembered(1_000)


def unjudged_records_sensor(settings: Settings) -> dg.SensorDefinition:
    """Build the sensor."""
    strategies = strategies_of(settings)

    @dg.sensor(
        name="unjudged_records",
        jobs=[ASSET_JOBS["judge"]],
        minimum_interval_seconds=settings.sensors.interval_seconds,
        default_status=dg.DefaultSensorStatus.RUNNING,
        description="Has each strategy judged whose record is newer than its verdict.",
    )
    def sensor(
        context: dg.SensorEvaluationContext, lake: LakeResource, exchange: ExchangeResource
    ) -> dg.SensorResult:
        if fault := foreign(context.instance):
            return dg.SensorResult(skip_reason=fault)
        view = TickView(context.instance, lake, exchange, settings)
        return tick_result(context, [judge(view.of(strategy)) for strategy in strategies])

    return sensor


def judge(view: TickView) -> Finding:
    """Return what is found of one strategy; what is wrong with it stops no other."""
    try:
        return as_tried(view, decide(view))
    except OF_ONE_MARKET as error:
        return Finding(f"strategy {view.strategy.name} cannot be judged: {error}", failed=True)


def decide(view: TickView) -> Finding:
    """Ask for a verdict if the strategy's record is another than the one judged last."""
    from traderai_assets.registry.stored_records import record_hash

    name = view.strategy.name
    verdicts = view.table(VERDICTS)
    if is_retired(verdicts, view.strategy):
        return Finding(f"strategy {name} is retired")
    if not view.table(RECORD_DAYS).partitions():
        return Finding(f"strategy {name} has no record")
    record = record_hash(view.table(RECORD_DAYS))
    judged = _judged.of(
        verdicts.content_hash(ALL_MARKETS, ALL_MONTHS),
        lambda: frozenset(verdicts.read(ALL_MARKETS, [ALL_MONTHS])["record"]),
    )
    if record in judged:
        return Finding(f"strategy {name} is judged")
    if making := _making(view):
        return Finding(f"strategy {name} waits for {making}")
    if not _rested(view):
        return Finding(f"strategy {name} was judged a moment ago")
    request = dg.RunRequest(run_key=f"judge:{record}", job_name="judge")
    sentence = f"the record of strategy {name} is newer than its verdict"
    return Finding(sentence, request, first_rest=LONGEST_REST)


def _making(view: TickView) -> str | None:
    """Name the run that makes a market's past, if there is one; None where none is at work."""
    record = view.table(RECORD_DAYS)
    jobs = [job for job, assets in JOBS.items() if RECORD_DAYS.name in assets]
    for one in unfinished(view.instance):
        run, market = one.dagster_run, market_of(one.dagster_run.tags)
        if run.job_name not in jobs or not state_of(one, view.wall()).at_work:
            continue
        first = split_partition_key(partition_named(run.tags))[1]
        known = record.months(market)
        if not known or first < known[0]:
            return f"run {run.run_id[:8]}, which makes the record of {market} from {first} on"
    return None


def _rested(view: TickView) -> bool:
    tags = {STRATEGY_TAG: view.strategy.name} if view.strategy.folder else {}
    asked = dg.RunsFilter(job_name="judge", tags=tags)
    records = view.instance.get_run_records(asked, limit=1)
    return not records or view.wall() - as_utc(records[0].create_timestamp) >= _REST
