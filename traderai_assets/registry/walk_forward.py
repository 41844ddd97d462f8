"""The walk forward: which months of a market lack a record, or have one of what was before.

A month is made when the newest event of its record says that it was made of what is stored now. A
month that is made again though nothing has changed trains nothing: its model stays.
"""

from collections.abc import Iterable, Iterator
from datetime import timedelta
from itertools import pairwise

import dagster as dg

from resources.lake.resource import LakeResource
from traderai_assets.domain.candles.crossings import content_hash_of
from traderai_assets.domain.markets import Market
from traderai_assets.domain.months import Month
from traderai_assets.domain.strategies.strategy import Strategy
from traderai_assets.partitions import partition_key
from traderai_assets.runs.inputs import event_inputs
from traderai_assets.runs.strategy_assets import asset_key
from traderai_assets.schemas.backtests import BACKTEST_METRICS
from traderai_assets.schemas.candles import CANDLES
from traderai_assets.schemas.models import MODELS
from traderai_assets.schemas.record import RECORD_DAYS


class WalkForward:
    """What is stored of one strategy, as its past is planned."""

    def __init__(
        self, lake: LakeResource, instance: dg.DagsterInstance, strategy: Strategy
    ) -> None:
        own = lake.of(strategy)
        self._instance = instance
        self._strategy = strategy
        self._tables = {
            table.name: own.snapshot(table)
            for table in (MODELS, BACKTEST_METRICS, CANDLES, RECORD_DAYS)
        }

    def months(self, market: Market, *, look_back_days: int) -> list[Month]:
        """Return the months that a model could serve: those with candles behind a look-back."""
        stored = [Month.parse(key) for key in self._tables[CANDLES.name].months(market)]
        if not stored:
            return []
        first = self._tables[CANDLES.name].summary(market, stored[0]).first or stored[0].start
        ready = first + timedelta(days=look_back_days)
        return [month for month in stored if month.start >= ready]

    def lacking(self, market: Market, months: Iterable[Month]) -> list[Month]:
        """Return those of the months whose record is not made, or made of what was before."""
        return [month for month in months if not self._is_made(market, month)]

    def _is_made(self, market: Market, month: Month) -> bool:
        rows = self._tables[RECORD_DAYS.name].read(market, [month])
        if self._strategy.id not in set(rows["strategy_id"]):
            return False
        asked = dg.AssetRecordsFilter(
            asset_key(self._strategy, RECORD_DAYS.name),
            asset_partitions=[partition_key(market.key, month.key)],
        )
        records = self._instance.fetch_materializations(asked, limit=1).records
        event = records[0].asset_materialization if records else None
        inputs = event_inputs(event) if event else None
        if inputs is None:
            return False
        made_of = {
            table: {content_hash_of(version) for version in versions.values()}
            for table, versions in inputs.items()
        }
        # A month without a model was made of no backtest
        read = [CANDLES, MODELS, *([BACKTEST_METRICS] if BACKTEST_METRICS.name in made_of else [])]
        return all(
            made_of.get(table.name) == {self._tables[table.name].content_hash(market, month)}
            for table in read
        )


def stretches(months: Iterable[Month]) -> Iterator[list[Month]]:
    """Yield months that follow on each other together: each is one run."""
    ordered = sorted(months)
    if not ordered:
        return
    stretch = ordered[:1]
    for before, month in pairwise(ordered):
        if month != before.shift(1):
            yield stretch
            stretch = []
        stretch.append(month)
    yield stretch
