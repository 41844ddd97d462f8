"""The steps of a live tick, each for all markets at once, and one commit a table.

Candles, features, what strategies say, and then what nobody waits for: outcomes and, once an hour,
labels. What a step finds to be up to date it leaves alone, so that a tick that was killed is made
good by the next.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime

import dagster as dg

from resources.exchange.resource import ExchangeResource
from resources.lake.resource import LakeResource
from traderai_assets.domain.markets import Market
from traderai_assets.domain.months import Month
from traderai_assets.domain.strategies.strategy import UNNAMED, Strategy
from traderai_assets.instance.event_batches import store_materializations
from traderai_assets.live.asset_side import AssetSide
from traderai_assets.live.due_parts import labels_due, periods_of_late, unspoken
from traderai_assets.live.fetching import LiveFetch, kept_among
from traderai_assets.live.proof import prove_once
from traderai_assets.live.troubles import Troubles
from traderai_assets.making.features import put_features
from traderai_assets.making.labels import put_labels
from traderai_assets.making.open_signals import open_signals
from traderai_assets.making.signal_outcomes import SOURCES as OF_OUTCOMES
from traderai_assets.making.signal_outcomes import put_outcomes
from traderai_assets.making.signals import SOURCES as OF_SIGNALS
from traderai_assets.making.signals import put_signals
from traderai_assets.partitions import partition_key
from traderai_assets.registry.retirement import is_retired
from traderai_assets.runs.kept_reads import KeptReads
from traderai_assets.runs.partition import Partition
from traderai_assets.runs.publication import Publication
from traderai_assets.runs.strategy_assets import asset_key
from traderai_assets.schemas.candles import CANDLES
from traderai_assets.schemas.features import FEATURES
from traderai_assets.schemas.labels import LABELS
from traderai_assets.schemas.predictions import PREDICTIONS
from traderai_assets.schemas.signal_outcomes import SIGNAL_OUTCOMES
from traderai_assets.schemas.signals import SIGNALS
from traderai_assets.schemas.tables import Table
from traderai_assets.schemas.verdict import VERDICTS
from traderai_assets.settings import Settings

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
        self._renewed: set[str | None] = set()
        self._kept = KeptReads()
        self.counts: dict[str, int] = {}
        self.troubles = Troubles(context)

    def run(self, keys: Sequence[str]) -> None:
        """Make all that is due of these markets.

        Raises
        ------
        TraderAIError
            If no market was left without a trouble.
        """
        self.troubles.look_up(keys)
        try:
            self._fetch(kept_among(keys, self._context.instance, self.troubles))
            self._make_features()
            for strategy in self._strategies:
                self._speak(strategy)
            for strategy in self._strategies:
                self._settle(strategy)
                self._label(strategy)
        finally:
            self.troubles.note(keys)
        self.troubles.raise_what_fails_the_run(keys)

    def _fetch(self, markets: Sequence[Market]) -> None:
        fetching = LiveFetch(
            self._context, self._lake, self._exchange, self._settings, self.troubles
        )
        self._months, self._now = fetching.due(markets)
        publication = self._publication(UNNAMED, CANDLES, self._of_all())
        try:
            fetching.fetch(publication)
        finally:
            self._renewed = self._tell(publication, only_news=True)

    def _make_features(self) -> None:
        prove_once(self._context.instance, self._lake, list(self._of_all()))
        publication = self._publication(UNNAMED, FEATURES, self._of_all(), CANDLES)
        candles = publication.source(CANDLES)
        self._make(
            publication,
            lambda part: (
                part.dagster_key in self._renewed
                or publication.target.summary(*part.key).last != candles.summary(*part.key).last
            ),
            lambda part: put_features(part, self._settings),
        )

    def _speak(self, strategy: Strategy) -> None:
        if is_retired(self._lake.of(strategy).snapshot(VERDICTS), strategy):
            return
        publication = self._publication(
            strategy, SIGNALS, self._of_all(), *OF_SIGNALS, beside=(PREDICTIONS,)
        )
        self._make(
            publication,
            lambda part: unspoken(
                part, publication, periods_of_late(part, strategy, self._now[part.market.key])
            ),
            lambda part: put_signals(part, self._settings.of(strategy.name), strategy),
        )

    def _settle(self, strategy: Strategy) -> None:
        publication = self._publication(strategy, SIGNAL_OUTCOMES, self._of_all(), *OF_OUTCOMES)
        own = self._settings.of(strategy.name)
        self._make(
            publication,
            lambda part: (
                open_signals(
                    publication.source(SIGNALS),
                    publication.target,
                    part.market,
                    part.month,
                    own,
                    publication.read,
                )
                is not None
            ),
            lambda part: put_outcomes(part, own),
        )

    def _label(self, strategy: Strategy) -> None:
        own = self._settings.of(strategy.name)
        publication = self._publication(strategy, LABELS, self._of_all(), CANDLES)
        self._make(
            publication,
            lambda part: labels_due(
                part.market,
                self._now[part.market.key],
                publication.source(CANDLES),
                publication.target,
                own.training.horizon_bars,
            ),
            lambda part: put_labels(part, own),
        )

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
        try:
            self.troubles.add_partitions(publication.commit_apart())
        finally:
            self._tell(publication)

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

    def _tell(self, publication: Publication, *, only_news: bool = False) -> set[str | None]:
        """Store the events of what was committed, and return their partitions.

        At once, and also where the rest failed: what is made of these partitions next names the
        last event that it knew, and would be shown as stale of a later one.
        """
        found = list(publication.events(only_news=only_news))
        store_materializations(self._context, found)
        name = publication.target.table.name
        self.counts[name] = self.counts.get(name, 0) + len(found)
        return {event.partition for event in found}
