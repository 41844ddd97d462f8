"""Checks of candles: nothing downstream may run on candles that break the contract."""

import dagster as dg

from resources.lake.resource import LakeResource
from traderai_assets.domain.candles.gaps import FETCH_FAILURE
from traderai_assets.partitions import read_partition_key
from traderai_assets.schemas.candles import CANDLE_ASKS, CANDLE_GAPS, CANDLE_QUARANTINE, CANDLES
from traderai_assets.schemas.rows import validated_rows


@dg.asset_check(asset="candles", blocking=True)
def candle_contract(
    context: dg.AssetCheckExecutionContext, lake: LakeResource
) -> dg.AssetCheckResult:
    """Rows are on the grid, inside their month, whole; every absent bar stands in the ledger."""
    from traderai_assets.domain.candles.contract import broken_contract

    stored, ledger = lake.snapshot(CANDLES), lake.snapshot(CANDLE_GAPS)
    broken = []
    for key in context.op_execution_context.partition_keys:
        market, month = read_partition_key(key)
        bars = validated_rows(CANDLES, stored.read(market.key, [month.key]))
        gaps = ledger.read(market.key, [month.key])
        found = broken_contract(bars, gaps, month=month, bar=market.bar)
        if found is not None:
            broken.append(
                {
                    "partition": key,
                    "off_grid": found.off_grid,
                    "outside_month": found.outside_month,
                    "unexplained": [f"{start} to {end}" for start, end in found.unexplained[:5]],
                }
            )
    return dg.AssetCheckResult(
        passed=not broken, metadata={"broken": dg.MetadataValue.json(broken[:20])}
    )


@dg.asset_check(asset="candles")
def nothing_failed_to_arrive(
    context: dg.AssetCheckExecutionContext, lake: LakeResource
) -> dg.AssetCheckResult:
    """No bar is absent because its row could not be used; no model learns from such a stretch.

    It blocks nothing else: one broken row of a venue must not silence its market.
    """
    ledger = lake.snapshot(CANDLE_GAPS)
    absent = {}
    for key in context.op_execution_context.partition_keys:
        market, month = read_partition_key(key)
        gaps = ledger.read(market.key, [month.key])
        failed = gaps[gaps["kind"] == FETCH_FAILURE]
        if len(failed):
            absent[key] = [f"{gap.start} to {gap.end}" for gap in failed.head(5).itertuples()]
    return dg.AssetCheckResult(
        passed=not absent,
        severity=dg.AssetCheckSeverity.WARN,
        metadata={"absent": dg.MetadataValue.json(dict(list(absent.items())[:20]))},
    )


@dg.asset_check(asset="candles")
def silence_is_believed(
    context: dg.AssetCheckExecutionContext, lake: LakeResource
) -> dg.AssetCheckResult:
    """No bar is absent that was asked for too seldom: a venue's fault answers as silence does.

    It blocks nothing else: the sensor asks again by itself, at the time that is told here.
    """
    from traderai_assets.domain.candles.gap_confirmation import asked_for, is_settled, rows

    ledger, asks = lake.snapshot(CANDLE_GAPS), lake.snapshot(CANDLE_ASKS)
    doubted: dict[str, list[str]] = {}
    doubted_bars = 0
    for key in context.op_execution_context.partition_keys:
        market, month = read_partition_key(key)
        gaps = ledger.read(market.key, [month.key])
        if gaps.empty:
            continue
        asked = asked_for(gaps, asks.read(market.key, [month.key]))
        unsettled = asked[~is_settled(asked)]
        doubted_bars += int(unsettled["absent_bars"].sum())
        if len(unsettled):
            doubted[key] = [
                f"{gap.start} to {gap.end}, {gap.kind}: asked for {gap.times_asked} times, again "
                f"at {gap.next_ask}"
                for gap in rows(unsettled.head(5))
            ]
    return dg.AssetCheckResult(
        passed=not doubted,
        severity=dg.AssetCheckSeverity.WARN,
        metadata={
            "doubted_bars": doubted_bars,
            "doubted": dg.MetadataValue.json(dict(list(doubted.items())[:20])),
        },
    )


@dg.asset_check(asset="candles")
def nothing_refused(
    context: dg.AssetCheckExecutionContext, lake: LakeResource
) -> dg.AssetCheckResult:
    """The exchange served no row that had to be refused; refused rows leave holes."""
    quarantine = lake.snapshot(CANDLE_QUARANTINE)
    counts: dict[str, int] = {}
    for key in context.op_execution_context.partition_keys:
        market, month = read_partition_key(key)
        refused_rows = quarantine.read(market.key, [month.key])
        for reason, count in refused_rows["reason"].value_counts().items():
            counts[str(reason)] = counts.get(str(reason), 0) + int(count)
    refused = sum(count for reason, count in counts.items() if reason != "superseded")
    return dg.AssetCheckResult(
        passed=refused == 0,
        severity=dg.AssetCheckSeverity.WARN,
        metadata={"rows_by_reason": dg.MetadataValue.json(counts)},
    )
