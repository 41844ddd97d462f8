"""Provenance: which candles the stored features and labels of a month were made of.

The event of a partition says it, also where making it again changed nothing; the lake's log says
it of what was committed by a run that was killed before its events. Where neither remembers, as
in a lake that was moved to a new instance, only the rows themselves can speak.
"""

from collections.abc import Collection, Mapping
from datetime import datetime

import dagster as dg

from resources.lake.resource import LakeResource
from resources.lake.snapshot import LakeSnapshot
from traderai_assets.domain.candles.crossings import candles_version, content_hash_of
from traderai_assets.domain.content_hash import EMPTY_HASH
from traderai_assets.domain.errors import LakeError
from traderai_assets.domain.freshness.training_data import agree_until
from traderai_assets.domain.markets import Market
from traderai_assets.domain.months import Month
from traderai_assets.partitions import partition_key
from traderai_assets.runs.crossings import StoredCrossings
from traderai_assets.runs.inputs import event_inputs, input_versions
from traderai_assets.schemas.candles import CANDLES
from traderai_assets.schemas.features import FEATURES

# What is asked about was newest when it was loaded; an update may have gone on since.
_NEWEST_READ = 6
_VERSION_TAG = "dagster/data_version"
_INPUT_TAG = f"dagster/input_data_version/{CANDLES.name}"


class Provenance:
    """What features and labels were made of, held against the candles as they are stored."""

    def __init__(
        self,
        lake: LakeResource,
        instance: dg.DagsterInstance,
        candles: LakeSnapshot,
        crossings: StoredCrossings,
        *derived: LakeSnapshot,
    ) -> None:
        self._lake = lake
        self._instance = instance
        self._candles = candles
        self._crossings = crossings
        self._derived = derived
        self._remembered: dict[tuple[str, Market, Month], dict[Month, str]] = {}

    def other_candles(
        self, market: Market, month: Month, among: Collection[Month]
    ) -> tuple[Month, ...]:
        """Return the months, `among` these, of which features or labels of `month` know others.

        Their candles are stored otherwise than they were when it was made; a month it was not
        made of, or of which nobody remembers, is none of them.
        """
        others = {
            one
            for derived in self._derived
            for one, version in self._candles_of(derived, market, month).items()
            if one in among and version != self._crossings.version(market, one)
        }
        return tuple(sorted(others))

    def right_until(self, market: Market, month: Month) -> datetime:
        """Return up to where features and labels are what the month's stored candles make.

        A month that is growing is ahead of its features for some seconds after each bar.
        """
        stored = self._crossings.version(market, month)
        ends = [month.end]
        for derived in self._derived:
            version = self._candles_of(derived, market, month).get(month, stored)
            if version != stored:
                ends.append(self._common_end(market, month, version))
        return min(ends)

    def _common_end(self, market: Market, month: Month, version: str) -> datetime:
        content_hash = content_hash_of(version)
        if version != candles_version(content_hash, self._crossings.text(market, month)):
            return month.start  # Other stretches are kept apart now, which may change any bar
        try:
            before = self._lake.read_content(CANDLES, market.key, month.key, content_hash)
        except LakeError:  # Vacuumed since: nothing is known to agree
            return month.start
        now = self._candles.read(market.key, [month.key])
        return agree_until(before, now, market.bar) or month.start

    def _candles_of(self, derived: LakeSnapshot, market: Market, month: Month) -> dict[Month, str]:
        """Return the version of each month of candles; nothing where nobody remembers."""
        key = (derived.table.path, market, month)
        if key not in self._remembered:
            found = self._by_event(derived, market, month) or self._by_log(derived, market, month)
            self._remembered[key] = found or self._by_rows(derived, market, month)
        return self._remembered[key]

    def _by_event(self, derived: LakeSnapshot, market: Market, month: Month) -> dict[Month, str]:
        partition = partition_key(market.key, month.key)
        events = dg.AssetRecordsFilter(
            dg.AssetKey(derived.table.path.split("/")), asset_partitions=[partition]
        )
        for record in self._instance.fetch_materializations(events, limit=_NEWEST_READ).records:
            event = record.asset_materialization
            tags = (event.tags if event else None) or {}
            if event and tags.get(_VERSION_TAG) == derived.content_hash(market.key, month.key):
                named = event_inputs(event)
                return _of_candles(named) if named is not None else _before_0_2(tags, month)
        return {}

    def _by_log(self, derived: LakeSnapshot, market: Market, month: Month) -> dict[Month, str]:
        stored = derived.content_hash(market.key, month.key)
        for commit in self._lake.history(derived.table, market.key, month.key, limit=_NEWEST_READ):
            if commit.summary.content_hash == stored:
                return _of_candles(input_versions(commit.inputs))
        return {}

    def _by_rows(self, derived: LakeSnapshot, market: Market, month: Month) -> dict[Month, str]:
        made = derived.summary(market.key, month.key)
        candles = self._candles.summary(market.key, month.key)
        behind = derived.table is FEATURES and made.last != candles.last
        return {month: EMPTY_HASH} if made.rows == 0 or behind else {}


def _of_candles(inputs: Mapping[str, Mapping[str, str]]) -> dict[Month, str]:
    return {Month.parse(key): version for key, version in inputs.get(CANDLES.name, {}).items()}


def _before_0_2(tags: Mapping[str, str], month: Month) -> dict[Month, str]:
    """Read what versions before 0.2.0 wrote of features and labels, of always the same two months.

    The month before and the month itself were joined by a dot, in this order. Whatever else stands
    there says nothing: then the lake's log is asked.
    """
    before, dot, own = tags.get(_INPUT_TAG, "").partition(".")
    return {month.shift(-1): before, month: own} if dot and "." not in own else {}
