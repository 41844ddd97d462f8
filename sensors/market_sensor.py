"""What all sensors share: one verdict a market, always a reason, no market stopped by another.

What a sensor asks for, and when, stands in its own file and in `domain/freshness`.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import NamedTuple

import dagster as dg

from resources.exchange.resource import ExchangeResource
from resources.lake.resource import LakeResource
from sensors.tick_view import TickView
from traderai_assets.domain.errors import CorruptPartition, ExchangeError, InvalidMarket
from traderai_assets.domain.freshness.waiting import WaitingMarket
from traderai_assets.domain.markets import Market
from traderai_assets.domain.months import Month
from traderai_assets.domain.plain_text import plain_line
from traderai_assets.domain.states.tries import FIRST_REST
from traderai_assets.domain.strategies.strategy import UNNAMED, Strategy
from traderai_assets.instance.instance_guard import foreign
from traderai_assets.instance.sensor_names import stopped_under_former_name
from traderai_assets.jobs import ASSET_JOBS, own_checks
from traderai_assets.partitions import partition_key, partition_range_tags
from traderai_assets.plan import market_clash
from traderai_assets.registry.retirement import is_retired
from traderai_assets.runs.strategy_assets import asset_key
from traderai_assets.schemas.verdict import VERDICTS
from traderai_assets.settings import Settings
from traderai_assets.strategies import strategies_of
from traderai_assets.work_classes import JOBS, STRATEGY_TAG

# A tick has 60 s for all markets of all exchanges, and the next one asks again anyway.
CLOCK_ATTEMPTS = 2
CLOCK_SECONDS = 5.0
# Ticks are kept for a week: with a sentence for each of 500 markets they would be the database.
MARKETS_NAMED = 25
MOST_CHARACTERS = 1_000  # Of what is said of one market; its key may be anybody's

OF_ONE_MARKET = (ExchangeError, InvalidMarket, CorruptPartition)
"""Errors that concern what was looked at, and not the tick."""


class Finding(NamedTuple):
    """What a sensor found of one market, and what it asks for, if anything.

    `first_rest` is how long a cause rests whose run has ended and left it as it was. `waiting` is
    what it waits for, where that is kept as data: the sentence is for people alone.
    """

    sentence: str
    request: dg.RunRequest | None = None
    failed: bool = False
    first_rest: timedelta = FIRST_REST
    waiting: WaitingMarket | None = None


def market_sensor(
    settings: Settings,
    *,
    name: str,
    jobs: tuple[str, ...],
    description: str,
    decide: Callable[[TickView, Market], Finding],
    prepare: Callable[[TickView], None] | None = None,
    keep: Callable[[TickView, list[Finding]], None] | None = None,
    each_strategy: bool = False,
    retired_too: bool = False,
) -> dg.SensorDefinition:
    """Build a sensor that asks `decide` about every market kept, and says what it found.

    `prepare` is done once a tick, before any market is looked at, and `keep` once all were. With
    `each_strategy`, every strategy is asked about by itself; one that a person ended is left alone
    unless `retired_too`.
    """
    strategies = strategies_of(settings) if each_strategy else (UNNAMED,)

    @dg.sensor(
        name=name,
        jobs=[ASSET_JOBS[job] for job in jobs],
        minimum_interval_seconds=settings.sensors.interval_seconds,
        default_status=dg.DefaultSensorStatus.RUNNING,
        description=description,
    )
    def sensor(
        context: dg.SensorEvaluationContext, lake: LakeResource, exchange: ExchangeResource
    ) -> dg.SensorResult:
        if fault := foreign(context.instance) or stopped_under_former_name(context.instance, name):
            return dg.SensorResult(skip_reason=fault)
        with impatient(exchange) as clocks:
            view = TickView(context.instance, lake, clocks, settings)
            if prepare is not None:
                prepare(view)
            views = [view.of(one) for one in strategies]
            if each_strategy and not retired_too:
                views = [own for own in views if not is_retired(own.table(VERDICTS), own.strategy)]
            findings = judge_all(decide, views, view.kept_markets())
            if keep is not None:
                keep(view, findings)
        return tick_result(context, findings)

    return sensor


def tick_result(context: dg.SensorEvaluationContext, findings: list[Finding]) -> dg.SensorResult:
    """Ask for what the findings ask for, or say what was found."""
    requests = [finding.request for finding in findings if finding.request is not None]
    if not requests:
        return dg.SensorResult(skip_reason=summary(findings))
    # A request leaves no room for a reason. Nothing is logged otherwise: a log is a file.
    context.log.info(summary(findings))
    return dg.SensorResult(run_requests=requests)


def judge_all(
    decide: Callable[[TickView, Market], Finding], views: list[TickView], keys: list[str]
) -> list[Finding]:
    """Return the verdict on each market by each strategy; what is wrong with one stops no other.

    Dagster would drop a request it had before, but then not give our reason. A cause whose runs
    have ended and left it as it was is asked for again, after a rest: no run key is an end.
    """
    judged = [(view, _judged(decide, view, key)) for key in keys for view in views]
    for view in views[:1]:  # One query of the runs of all causes: views share what was read
        view.foresee(
            own_request(finding.request, own.strategy)
            for own, finding in judged
            if finding.request is not None
        )
    return [_named(view, as_tried(view, finding)) for view, finding in judged]


def judge(decide: Callable[[TickView, Market], Finding], view: TickView, key: str) -> Finding:
    """Return the verdict on one market, by one strategy."""
    [finding] = judge_all(decide, [view], [key])
    return finding


def _named(view: TickView, finding: Finding) -> Finding:
    if not view.strategy.folder:
        return finding
    return finding._replace(sentence=f"{view.strategy.name}: {finding.sentence}")


def _judged(decide: Callable[[TickView, Market], Finding], view: TickView, key: str) -> Finding:
    try:
        market = Market.parse(key)
        if clash := market_clash(view.settings, market):  # It was added in the web UI, perhaps
            return Finding(clash, failed=True)
        finding = decide(view, market)
    except OF_ONE_MARKET as error:
        return Finding(f"{key} cannot be judged: {error}", failed=True)
    if finding.request is None:
        return finding
    resting = view.resting(market, str(finding.request.job_name))
    if resting is not None:
        return Finding(f"{finding.sentence}, but {key} {resting.sentence}", failed=True)
    return finding


def as_tried(view: TickView, finding: Finding) -> Finding:
    """Return the finding with its request as it may be made now, or with what became of it."""
    if finding.request is None:
        return finding
    asked = own_request(finding.request, view.strategy)
    request = view.next_try(asked, finding.first_rest)
    if request is None:
        became = view.became_of(asked, finding.first_rest)
        return Finding(f"{finding.sentence}; {became}")
    return finding._replace(request=request)


def summary(findings: list[Finding]) -> str:
    """Return what was found, in one line: what was asked for first, then what went wrong."""
    ordered = sorted(findings, key=lambda finding: (finding.request is None, not finding.failed))
    sentences = [plain_line(one.sentence, most=MOST_CHARACTERS) for one in ordered[:MARKETS_NAMED]]
    if len(ordered) > MARKETS_NAMED:
        sentences.append(f"and {len(ordered) - MARKETS_NAMED} markets more")
    return "; ".join(sentences) or "no market is kept"


@contextmanager
def impatient(exchange: ExchangeResource) -> Iterator[ExchangeResource]:
    """Yield the same exchanges, given up sooner: a tick has 60 s, and the next one asks again."""
    limits = {
        "attempts": min(exchange.attempts, CLOCK_ATTEMPTS),
        "deadline_seconds": min(exchange.deadline_seconds, CLOCK_SECONDS),
    }
    impatient = type(exchange)(**{**exchange.model_dump(), **limits})
    try:
        yield impatient
    finally:
        impatient.close()


def request_months(job: str, market: Market, months: list[Month], cause: str) -> dg.RunRequest:
    """Ask for one run of `job` over the market's `months`, once for a cause."""
    keys = [partition_key(market.key, month.key) for month in months]
    return dg.RunRequest(
        run_key=f"{job}:{market.key}:{cause}", job_name=job, tags=partition_range_tags(keys)
    )


def own_request(request: dg.RunRequest, strategy: Strategy) -> dg.RunRequest:
    """Return the request as one of a strategy: of its assets alone, and of causes of its own."""
    if not strategy.folder:
        return request
    job = str(request.job_name)
    return request._replace(
        run_key=f"{strategy.name}:{request.run_key}",
        tags={**request.tags, STRATEGY_TAG: strategy.name},
        asset_selection=[asset_key(strategy, asset) for asset in sorted(JOBS[job])],
        asset_check_keys=own_checks(job, strategy),
    )
