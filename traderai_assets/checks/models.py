"""Checks of models: whether each month asked for has one."""

import dagster as dg

from resources.lake.resource import LakeResource
from traderai_assets.partitions import read_partition_key
from traderai_assets.runs.strategy_assets import strategy_check
from traderai_assets.schemas.models import MODELS


@strategy_check(asset="models")
def every_month_has_a_model(
    context: dg.AssetCheckExecutionContext, lake: LakeResource
) -> dg.AssetCheckResult:
    """No month of the run was left without a model; the reason is on the month's event."""
    stored = lake.snapshot(MODELS)
    without = []
    for key in context.op_execution_context.partition_keys:
        market, month = read_partition_key(key)
        if stored.summary(market, month).rows == 0:
            without.append(key)
    return dg.AssetCheckResult(
        passed=not without,
        severity=dg.AssetCheckSeverity.WARN,
        metadata={"without": dg.MetadataValue.json(without)},
    )
