"""Asks for live updates of the markets whose bars have closed, as soon as they have.

Dagster looks at sensors every five seconds at most. Where a bar is about to close the look waits
for it, so that nobody waits for the next look.
"""

import time
from collections.abc import Callable
from datetime import timedelta

import dagster as dg

from resources.exchange.listing import market_host
from resources.exchange.resource import ExchangeResource
from resources.lake.resource import LakeResource
from sensors.absent_bars import known_until_of
from sensors.market_sensor import OF_ONE_MARKET, Finding, impatient, summary
from sensors.missing_signals import is_cold, silence
from sensors.speaking import periods_of
from sensors.tick_view import TickView
from traderai_assets.domain.freshness.candles import SILENT_AFTER, last_due_bar, stale_candles
from traderai_assets.domain.freshness.live_ticks import (
    REACH_BARS,
    AskedBefore,
    seconds_to_close,
    shard_key,
    shards,
)
from traderai_assets.domain.markets import Market
from traderai_assets.domain.months import Month
from traderai_assets.instance.instance_guard import foreign
from traderai_assets.instance.kept_markets import kept_markets
from traderai_assets.instance.live_runs import live_run_config
from traderai_assets.instance.market_notes import machine_time
from traderai_assets.plan import market_clash
from traderai_assets.registry.retirement import is_retired
from traderai_assets.schemas.candles import CANDLES
from traderai_assets.schemas.features import FEATURES
from traderai_assets.schemas.verdict import VERDICTS
from traderai_assets.settings import Settings
from traderai_assets.strategies import strategies_of
from traderai_assets.work_classes import LIVE_JOB

SECONDS_BETWEEN_LOOKS = 5
# Said every five seconds, and kept for two days
_NAMED = 3
_FETCHING = ("update_latest", "backfill")


def live_ticks_sensor(
    settings: Settings, sleep: Callable[[float], None] = time.sleep
) -> dg.SensorDefinition:
    """Build the sensor."""

    @dg.sensor(
        name="live_ticks",
        job_name=LIVE_JOB,
        minimum_interval_seconds=min(SECONDS_BETWEEN_LOOKS, settings.sensors.interval_seconds),
        default_status=dg.DefaultSensorStatus.RUNNING,
        description="Asks for candles, features and signals of bars that have just closed.",
    )
    def sensor(
        context: dg.SensorEvaluationContext, lake: LakeResource, exchange: ExchangeResource
    ) -> dg.SensorResult:
        if fault := foreign(context.instance):
            return dg.SensorResult(skip_reason=fault)
        with impatient(exchange) as clocks:
            looking = LiveLook(context.instance, lake, clocks, settings, sleep)
            return looking.result(AskedBefore.parse(context.cursor))

    return sensor


class LiveLook:
    """One look at all markets."""

    def __init__(
        self,
        instance: dg.DagsterInstance,
        lake: LakeResource,
        exchange: ExchangeResource,
        settings: Settings,
        sleep: Callable[[float], None],
    ) -> None:
        self._instance = instance
        self._settings = settings
        self._grace = timedelta(seconds=settings.sensors.grace_seconds)
        self._exchange = exchange
        self._wait(sleep)
        self._view = TickView(instance, lake, exchange, settings)
        views = [self._view.of(one) for one in strategies_of(settings)]
        self._speaking = [one for one in views if not is_retired(one.table(VERDICTS), one.strategy)]
        self._wall = machine_time()

    def result(self, asked: AskedBefore) -> dg.SensorResult:
        """Ask for what is due, in shards; the cursor says what was asked for."""
        keys = self._view.kept_markets()
        findings, lacking, causes, contested = [], [], {}, set[str]()
        for key in keys:
            try:
                market = Market.parse(key)
                resting = self._view.resting(market) or self._view.resting(market, LIVE_JOB)
                if resting is not None:
                    findings.append(Finding(f"{key} {resting.sentence}", failed=True))
                    continue
                # Before anything is looked up: what a run is at work on is lacking meanwhile
                if self._view.busy(market, LIVE_JOB) or self._view.busy(
                    market, *_FETCHING, begun=True
                ):
                    findings.append(Finding(f"{key} is being fetched"))
                    lacking.append(key)
                    continue
                cause = self._cause(market)
            except OF_ONE_MARKET as error:
                findings.append(Finding(f"{key} cannot be judged: {error}", failed=True))
                continue
            if cause is None:
                continue
            lacking.append(key)
            if asked.may_ask(key, cause, self._wall, market.bar):
                causes[key] = cause
                # It may wait for its turn for hours, and no bar waits for that
                if self._view.busy(market, *_FETCHING):
                    contested.add(key)
            else:
                findings.append(Finding(f"{key} was asked for just now"))
        asked.note(causes, self._wall)
        asked.forget_all_but(lacking)
        requests = [
            self._request({key: causes[key] for key in shard}, asked)
            for shard in shards(causes, self._settings.live.shard_markets, contested=contested)
        ]
        if not requests:
            reason = summary(findings) if findings else _nothing_closed(keys)
            return dg.SensorResult(skip_reason=reason, cursor=asked.text())
        return dg.SensorResult(run_requests=requests, cursor=asked.text())

    def _request(self, causes: dict[str, str], asked: AskedBefore) -> dg.RunRequest:
        times = {key: asked.of[key].times for key in causes}
        return dg.RunRequest(
            run_key=shard_key(causes, times),
            job_name=LIVE_JOB,
            run_config=live_run_config(causes),
        )

    def _cause(self, market: Market) -> str | None:
        """Name the bars the market lacks; None where it lacks none, or they are not a tick's."""
        if market_clash(self._settings, market):
            return None  # The sensor stale_candles says it
        candles = self._view.table(CANDLES)
        last = candles.last(market)
        if last is None:
            return None  # Its history comes first
        known = known_until_of(self._view, market)
        now = self._view.now(market)
        latest = None if known is None else known - market.bar
        stale = stale_candles({market.key: latest}, now, grace=self._grace)
        if not stale:
            month = Month.of(last)
            made = self._view.table(FEATURES).summary(market, month).last
            return self._unsaid(market) if made == last else f"features of {last}"
        due = last_due_bar(now, market.bar, self._grace)
        if due - last > REACH_BARS * market.bar:
            return None
        if due - last > SILENT_AFTER:  # No bar closes there, so none is missed
            return f"{last}:{due:%Y-%m-%dT%H}"
        return f"{known}:{due}"

    def _unsaid(self, market: Market) -> str | None:
        """Name the bar up to which a strategy that speaks still owes its word, if any."""
        for view in self._speaking:
            periods = periods_of(view, market)
            if periods:
                start, end = silence(view, market, periods)
                if start < end and not is_cold(view, market, start, end):
                    return f"words up to {end}"
        return None

    def _wait(self, sleep: Callable[[float], None]) -> None:
        """Wait for the first bar of any market that closes before the next look would."""
        hosts: dict[tuple[str, str], list[Market]] = {}
        for key in kept_markets(self._instance, self._settings):
            try:
                market = Market.parse(key)
            except OF_ONE_MARKET:
                continue  # It is told when it is judged, as is a host that tells no time
            hosts.setdefault(market_host(market), []).append(market)
        left = min(map(self._seconds_left, hosts.values()), default=float("inf"))
        if left < SECONDS_BETWEEN_LOOKS:
            sleep(left)

    def _seconds_left(self, of_host: list[Market]) -> float:
        try:
            now = self._exchange.clock(of_host[0])
        except OF_ONE_MARKET:
            return float("inf")
        return seconds_to_close(now, {market.bar for market in of_host}, self._grace)


def _nothing_closed(keys: list[str]) -> str:
    if not keys:
        return "no market is kept"
    more = f" and {len(keys) - _NAMED} markets more" if len(keys) > _NAMED else ""
    return f"no bar of {', '.join(keys[:_NAMED])}{more} has closed that is not stored"
