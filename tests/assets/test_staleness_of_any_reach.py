"""Staleness is exact whatever bar and look-back are: the oldest month that is read, and no more.

The web UI's resolver is asked, of events as publications write them; nothing is computed. That what
is read is what these events name shows test_long_bars.py.
"""

from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any

import dagster as dg
import pytest
from dagster._core.definitions.data_version import CachingStaleStatusResolver, StaleStatus
from dagster._core.loader import LoadingContextForTest

from traderai_assets.definitions import build_definitions
from traderai_assets.domain.months import Month
from traderai_assets.partitions import MARKETS, partition_key
from traderai_assets.settings import load_settings

SERVED = Month(2024, 7)
# By hand: 300 bars are 25 hours, 13, 50 and 300 days; 313 (288 + 2 * 12 + 1) a little more
FEATURES_READ = {"5m": 1, "1h": 1, "4h": 2, "1d": 10}
LABELS_READ = {"5m": 1, "1h": 1, "4h": 2, "1d": 11}
# 7 and 30 days lie in two months, 200 in 7 and 400 in 14 before the one it is trained in
LEARNED = {7: 2, 30: 2, 200: 8, 400: 15}
CORNERS = {("5m", 7), ("1h", 30), ("4h", 200), ("1d", 400)}
CASES = [
    pytest.param(bar, days, marks=[] if (bar, days) in CORNERS else [pytest.mark.torture])
    for days in LEARNED
    for bar in FEATURES_READ
]


@lru_cache(maxsize=1)
def _graph(days: int) -> Any:
    settings = load_settings(Path("none.toml"))
    training = settings.training.model_copy(update={"lookback_days": days})
    settings = settings.model_copy(update={"training": training})
    return build_definitions(settings=settings).resolve_asset_graph()


class Market:
    """One market of which all is made that the model of July needs, as its instance remembers."""

    def __init__(self, instance: dg.DagsterInstance, timeframe: str, days: int) -> None:
        self.graph = _graph(days)
        self.instance, self.key = instance, f"binance.BTC-USDT.{timeframe}"
        instance.add_dynamic_partitions(MARKETS, [self.key])
        self.learned = SERVED.before(LEARNED[days])
        self.oldest = self.learned[0].shift(-max(FEATURES_READ[timeframe], LABELS_READ[timeframe]))
        for month in [self.oldest.shift(-1), *SERVED.before(len(self.learned) + 11)]:
            self.made("candles", month)
        for asset in ("features", "labels"):
            for month in self.learned:
                self.made(asset, month, "candles")
        self.made("models", SERVED, "candles", "features", "labels")

    def made(self, asset: str, month: Month, *inputs: str, version: str = "1") -> None:
        """Note that a month of an asset was made, of all that there is by then."""
        pointers = {
            f"dagster/input_event_pointer/{name}": str(
                self.instance.get_latest_data_version_record(dg.AssetKey(name)).storage_id
            )
            for name in inputs
        }
        versions = {f"dagster/input_data_version/{name}": "any" for name in inputs}
        tags = {"dagster/data_version": version, "dagster/data_version_is_user_provided": "true"}
        code = {"dagster/code_version": self.graph.get(dg.AssetKey(asset)).code_version or ""}
        self.instance.report_runless_asset_event(
            dg.AssetMaterialization(
                asset,
                partition=partition_key(self.key, month.key),
                tags=tags | code | pointers | versions,
            )
        )

    def stale(self) -> dict[str, list[Month]]:
        """What is stale of each asset."""
        resolver = CachingStaleStatusResolver(
            self.instance, self.graph, LoadingContextForTest(self.instance)
        )
        months = {"features": self.learned, "labels": self.learned, "models": [SERVED]}
        found = {
            asset: [one for one in asked if self._is_stale(resolver, asset, one)]
            for asset, asked in months.items()
        }
        return {asset: stale for asset, stale in found.items() if stale}

    def _is_stale(self, resolver: CachingStaleStatusResolver, asset: str, month: Month) -> bool:
        key = partition_key(self.key, month.key)
        return resolver.get_status(dg.AssetKey(asset), key) == StaleStatus.STALE


@pytest.fixture
def instance() -> Iterator[dg.DagsterInstance]:
    with dg.DagsterInstance.ephemeral() as memory:
        yield memory


@pytest.mark.parametrize(("timeframe", "days"), CASES)
def test_the_oldest_month_that_is_read_makes_stale_what_was_made_of_it_and_one_older_nothing(
    instance: dg.DagsterInstance, timeframe: str, days: int
):
    market = Market(instance, timeframe, days)
    assert market.stale() == {}
    market.made("candles", market.oldest.shift(-1), version="2")
    assert market.stale() == {}

    market.made("candles", market.oldest, version="2")
    first, changed = market.learned[0], market.learned[-1]
    of_features = [first] if FEATURES_READ[timeframe] == LABELS_READ[timeframe] else []
    found = market.stale()
    assert (found.get("labels"), found.get("features", [])) == ([first], of_features)
    market.made("labels", first, "candles", version="2")
    assert market.stale()["models"] == [SERVED]

    market.made("candles", changed, version="2")
    found = market.stale()
    assert found["labels"] == [changed]
    assert found["features"] == sorted({*of_features, changed})


def test_a_model_is_made_of_its_look_back_and_of_no_month_before(instance: dg.DagsterInstance):
    market = Market(instance, "1d", 400)
    for asset in ("features", "labels"):
        market.made(asset, market.learned[0].shift(-1), "candles", version="2")
    assert market.stale() == {}
    market.made("features", market.learned[0], "candles", version="2")
    assert market.stale() == {"models": [SERVED]}
