"""Checks of features: nothing may learn from a feature that knows what comes after it."""

import random
from typing import TYPE_CHECKING

import dagster as dg

from resources.lake.resource import LakeResource
from resources.lake.snapshot import LakeSnapshot
from traderai_assets.domain.markets import Market
from traderai_assets.domain.months import Month
from traderai_assets.domain.spans.look_back import look_back_months
from traderai_assets.domain.spans.reach import feature_months
from traderai_assets.partitions import partition_key, read_partition_key
from traderai_assets.schemas.candles import CANDLES
from traderai_assets.settings import Settings
from traderai_assets.strategies import longest_look_back_days

if TYPE_CHECKING:
    from traderai_assets.domain.features.lookahead import Leak

# The proof is of rules rather than of rows: a few months of a long backfill speak for all
MOST_PARTITIONS = 4


@dg.asset_check(asset="features", blocking=True)
def no_look_ahead(
    context: dg.AssetCheckExecutionContext,
    lake: LakeResource,
    settings: dg.ResourceParam[Settings],
) -> dg.AssetCheckResult:
    """No feature changes by a bit, at or before a bar, with whatever comes after that bar.

    A run over one month tries a few bars around a midnight of one partition, which is a blink;
    a run over several months tries whole months of some. A training that asks for this check
    first tries what it learns from.
    """
    from traderai_assets.domain.features.lookahead import leaking_features

    # Other bars in every run, and the same ones when a run is looked into again
    seed = int(context.op_execution_context.run_id.replace("-", "")[:8], 16)
    candles = lake.snapshot(CANDLES)
    asked = [read_partition_key(key) for key in context.op_execution_context.partition_keys]
    whole_months = len({month for _, month in asked}) > 1
    months = look_back_months(longest_look_back_days(settings))
    tried = _draw(candles, asked, months, seed, MOST_PARTITIONS if whole_months else 1)
    leaks = [
        leak
        for market, month in tried
        for leak in prove(candles, market, month, seed, whole_month=whole_months)
    ]
    leaking = leaking_features(leaks)
    return dg.AssetCheckResult(
        passed=not leaking,
        severity=dg.AssetCheckSeverity.ERROR,
        metadata={
            "leaking_features": ", ".join(leaking),
            "given_away_by": dg.MetadataValue.json(leaking),
            "first_leaks": dg.MetadataValue.json([leak.told for leak in leaks[:20]]),
            "partitions_tried": dg.MetadataValue.json(
                [partition_key(market.key, month.key) for market, month in tried]
            ),
            "seed": seed,
        },
    )


def _draw(
    candles: LakeSnapshot, asked: list[tuple[Market, Month]], months: int, seed: int, count: int
) -> list[tuple[Market, Month]]:
    """Draw from the months asked for; one without candles stands for the newest before it.

    Such is the month a model is made for: what it learns from has just ended.
    """
    filled = set()
    for market, month in asked:
        stored = [month, *reversed(month.before(months))]
        newest = next((m for m in stored if candles.summary(market, m).rows), None)
        if newest is not None:
            filled.add((market.key, newest.key))
    drawn = random.Random(seed).sample(sorted(filled), min(len(filled), count))  # noqa: S311
    return [(Market.parse(market), Month.parse(month)) for market, month in sorted(drawn)]


def prove(
    candles: LakeSnapshot, market: Market, month: Month, seed: int, *, whole_month: bool = False
) -> list["Leak"]:
    """Return what gives itself away in a month: around one midnight, or also all over it."""
    from traderai_assets.domain.features.proof import prove_month, prove_stretch

    read = [*month.before(feature_months(market.bar)), month]
    bars = candles.read(market, read)
    leaks = prove_stretch(bars, month=month, bar=market.bar, seed=seed)
    if whole_month:
        leaks += prove_month(bars, month=month, bar=market.bar, seed=seed)
    return leaks
