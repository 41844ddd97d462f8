"""The steps of a live tick, each for all markets at once, and one commit a table.

Candles, features, what strategies say, and then what nobody waits for: outcomes and, once an hour,
labels. What a step finds to be up to date it leaves alone, so that a tick that was killed is made
good by the next.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta

import dagster as dg

from resources.exchange.listing import market_host
from resources.exchange.resource import ExchangeResource
from resources.lake.resource import LakeResource
from traderai_assets.domain.champions.periods import ChampionPeriod
from traderai_assets.domain.errors import InvalidMarket, TraderAIError
from traderai_assets.domain.freshness.candles import stale_candles
from traderai_assets.domain.markets import Market
from traderai_assets.domain.months import Month
from traderai_assets.domain.progress_line import FINISHED, ProgressLine
from traderai_assets.domain.strategies.strategy import UNNAMED, Strategy
from traderai_assets.ingest.candle_month import MonthIngest
from traderai_assets.ingest.known_until import known_until
from traderai_assets.ingest.ledgers import Ledgers
from traderai_assets.ingest.refused_markets import RefusedMarkets
from traderai_assets.instance.event_batches import store_materializations
from traderai_assets.instance.market_notes import refusals_of
from traderai_assets.live.asset_side import AssetSide
from traderai_assets.live.due_parts import labels_due, periods_of_late, unspoken
from traderai_assets.live.proof import prove_once
from traderai_assets.live.side_by_side import fetch_side_by_side
from traderai_assets.live.troubles import Troubles
from traderai_assets.making.features import put_features
from traderai_assets.making.labels import put_labels
from traderai_assets.making.open_signals import open_signals
from traderai_assets.making.signal_outcomes import SOURCES as OF_OUTCOMES
from traderai_assets.making.signal_outcomes import put_outcomes
from traderai_assets.making.signals import SOURCES as OF_SIGNALS
from traderai_assets.making.signals import put_signals
from traderai_assets.partitions import MARKETS, partition_key, split_partition_key
from traderai_assets.registry.retirement import is_retired
from traderai_assets.runs.kept_reads import KeptReads
from traderai_assets.runs.partition import Partition
from traderai_assets.runs.publication import Publication
from traderai_assets.runs.strategy_assets import asset_key
from traderai_assets.schemas.candles import CANDLE_GAPS, CANDLES
from traderai_assets.schemas.champions import CHAMPIONS
from traderai_assets.schemas.features import FEATURES
from traderai_assets.schemas.labels import LABELS
from traderai_assets.schemas.predictions import PREDICTIONS
from traderai_assets.schemas.signal_outcomes import SIGNAL_OUTCOMES
from traderai_assets.schemas.signals import SIGNALS
from traderai_assets.schemas.tables import Table
from traderai_assets.settings import Settings

_NAMED = 5
_SHOWN = 300
Assets = Mapping[dg.AssetKey, dg.AssetsDefinition]


class LiveTick:
    """One run for some markets of an exchange.

    Parameters
    ----------
    context : OpExecutionContext
    lake, exchange, settings
        As the platform has them.
    assets : mapping of AssetKey to AssetsDefinition
        All that a tick makes, as the definitions hold them.
    strategies : sequence of Strategy
        All that there are.
    """

    def __init__(
        self,
        context: dg.OpExecutionContext,
        lake: LakeResource,
        exchange: ExchangeResource,
        settings: Settings,
        assets: Assets,
        strategies: Sequence[Strategy],
    ) -> None:
        self._context = context
        self._lake = lake
        self._exchange = exchange
        self._settings = settings
        self._assets = assets
        self._strategies = strategies
        self._months: dict[str, list[Month]] = {}
        self._now: dict[str, datetime] = {}
        self._events: list[dg.AssetMaterialization] = []
        self._kept = KeptReads()
        self.counts: dict[str, int] = {}

    def run(self, keys: Sequence[str]) -> None:
        """Make all that is due of these markets.

        Raises
        ------
        TraderAIError
            If no market was left without a trouble.
        """
        self.troubles = Troubles(self._context, keys)
        kept = set(self._context.instance.get_dynamic_partitions(MARKETS))
        markets = []
        for key in keys:
            with self.troubles.kept_apart(key):
                if key not in kept:
                    raise InvalidMarket(f'{key} is not kept; type "traderai markets add"')
                markets.append(Market.parse(key))
        try:
            self._fetch(markets)
            self._make_features()
            for strategy in self._strategies:
                self._speak(strategy)
            self._tell()
            for strategy in self._strategies:
                self._settle(strategy)
                self._label(strategy)
        finally:  # What was committed is stored, so it is told
            self._tell()
            self.troubles.note(keys)
        self.troubles.raise_what_fails_the_run(keys)

    def tell_summary(self, keys: Sequence[str]) -> None:
        """Say on the run how it ended, in a line and as data."""
        troubled = self.troubles.of
        text = f"{len(keys) - len(troubled)} of {len(keys)} markets"
        if troubled:
            text += f", trouble with {', '.join(sorted(troubled)[:_NAMED])}"
        line = ProgressLine(text, 100, FINISHED)
        self._context.instance.add_run_tags(self._context.run_id, line.tags())
        told = {market: f"{type(e).__name__}: {e}"[:_SHOWN] for market, e in troubled.items()}
        self._context.add_output_metadata(
            {
                "markets": len(keys),
                **{f"{name}_told": count for name, count in self.counts.items()},
                **({"troubles": dg.MetadataValue.json(told)} if told else {}),
            }
        )

    def _fetch(self, markets: Sequence[Market]) -> None:
        candles, gaps = self._lake.snapshot(CANDLES), self._lake.snapshot(CANDLE_GAPS)
        hosts: dict[tuple[str, str], datetime | TraderAIError] = {}
        for market in markets:
            with self.troubles.kept_apart(market.key):
                now = self._now[market.key] = self._clock(market, hosts)
                known = known_until(candles, gaps, market)
                stale = stale_candles(
                    {market.key: None if known is None else known - market.bar},
                    now,
                    grace=timedelta(),
                    tail_bars=self._settings.exchange.tail_bars,
                )
                self._months[market.key] = list(stale[0].months) if stale else [Month.of(now)]
        publication = self._publication(UNNAMED, CANDLES, self._of_all())
        run_id = self._context.run_id
        ledgers = Ledgers(run_id, publication.code_version, self._lake, held=True)
        ingests: dict[str, list[MonthIngest]] = {}
        for part in publication.partitions():
            with self.troubles.kept_apart(part.market.key):
                found = MonthIngest(part, publication, ledgers)
                ingests.setdefault(part.market.key, []).append(found)
        noted = refusals_of(self._context.instance, ingests)

        def fetch(exchange: ExchangeResource, months: list[MonthIngest]) -> None:
            key = months[0].part.market.key
            refused = RefusedMarkets(self._context, publication, exchange, noted=noted)
            with self.troubles.kept_apart(key):
                for month in months:
                    refused.fetch(month, refetch=False, by_schedule=True)
                if key in refused.errors:
                    raise refused.errors[key]

        fetch_side_by_side(self._exchange, list(ingests.values()), fetch)
        troubled = [part.key for one in ingests.values() for part in [m.part for m in one]]
        publication.drop(key for key in troubled if key[0] in self.troubles.of)
        ledgers.drop(key for key in troubled if key[0] in self.troubles.of)
        self.troubles.add_partitions(ledgers.flush(publication))
        self._keep_events(publication, only_news=True)

    def _make_features(self) -> None:
        prove_once(self._context.instance, self._lake, list(self._of_all()))
        publication = self._publication(UNNAMED, FEATURES, self._of_all(), CANDLES)
        candles = publication.source(CANDLES)
        renewed = {event.partition for event in self._events}
        self._make(
            publication,
            lambda part: (
                part.dagster_key in renewed
                or publication.target.summary(*part.key).last != candles.summary(*part.key).last
            ),
            lambda part: put_features(part, self._settings),
        )

    def _speak(self, strategy: Strategy) -> None:
        if is_retired(self._lake, strategy):
            return
        champions = self._lake.snapshot(CHAMPIONS)
        periods: dict[str, list[ChampionPeriod]] = {}
        for market in {split_partition_key(key)[0] for key in self._of_all()}:
            with self.troubles.kept_apart(market):
                now = self._now[market]
                periods[market] = periods_of_late(champions, strategy, market, now)
        keys = [key for key in self._of_all() if periods[split_partition_key(key)[0]]]
        publication = self._publication(strategy, SIGNALS, keys, *OF_SIGNALS, beside=(PREDICTIONS,))
        self._make(
            publication,
            lambda part: unspoken(part, publication, periods[part.market.key]),
            lambda part: put_signals(part, self._settings.of(strategy.name), strategy),
        )

    def _settle(self, strategy: Strategy) -> None:
        publication = self._publication(strategy, SIGNAL_OUTCOMES, self._of_all(), *OF_OUTCOMES)
        own = self._settings.of(strategy.name)
        self._make(
            publication,
            lambda part: (
                open_signals(
                    publication.source(SIGNALS), publication.target, part.market, part.month, own
                )
                is not None
            ),
            lambda part: put_outcomes(part, own),
        )

    def _label(self, strategy: Strategy) -> None:
        keys = [key for key in self._of_all() if labels_due(key, self._now)]
        own = self._settings.of(strategy.name)
        publication = self._publication(strategy, LABELS, keys, CANDLES)
        self._make(publication, lambda _: True, lambda part: put_labels(part, own))

    def _make(
        self,
        publication: Publication,
        due: Callable[[Partition], bool],
        put: Callable[[Partition], None],
    ) -> None:
        """Put what is due, market by market, and commit it all at once."""
        for part in publication.partitions():
            if part.market.key not in self.troubles.of:
                with self.troubles.kept_apart(part.market.key):
                    if due(part):
                        put(part)
        self.troubles.add_partitions(publication.commit_apart())
        self._keep_events(publication)

    def _publication(
        self,
        strategy: Strategy,
        table: Table,
        keys: Iterator[str] | Sequence[str],
        *sources: Table,
        beside: Sequence[Table] = (),
    ) -> Publication:
        side = AssetSide(self._context, self._assets[asset_key(strategy, table.name)], keys)
        lake = self._lake.of(strategy)
        return Publication(side, lake, table, *sources, beside=beside, kept=self._kept)

    def _of_all(self) -> Iterator[str]:
        """Yield Dagster's keys of what the run is for, but for markets in trouble."""
        for market, months in self._months.items():
            if market not in self.troubles.of:
                yield from (partition_key(market, month.key) for month in months)

    def _clock(
        self, market: Market, hosts: dict[tuple[str, str], datetime | TraderAIError]
    ) -> datetime:
        """Return the time at a market's host, whose markets are listed; each is asked once."""
        host = market_host(market)
        if host not in hosts:
            try:
                hosts[host] = self._exchange.clock(market)
                self._exchange.list_markets(market)
            except TraderAIError as error:
                hosts[host] = error
        found = hosts[host]
        if isinstance(found, TraderAIError):
            raise found
        return found

    def _keep_events(self, publication: Publication, *, only_news: bool = False) -> None:
        found = list(publication.events(only_news=only_news))
        name = publication.target.table.name
        self.counts[name] = self.counts.get(name, 0) + len(found)
        self._events += found

    def _tell(self) -> None:
        events, self._events = self._events, []
        store_materializations(self._context, events)
