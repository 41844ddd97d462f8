"""The check of prices that are well formed and false: steps that nobody can have traded through."""

from typing import Any

import dagster as dg
import pandas as pd

from resources.lake.resource import LakeResource
from traderai_assets.partitions import read_partition_key
from traderai_assets.runs.crossings import StoredCrossings, steps_command
from traderai_assets.schemas.candles import CANDLE_GAPS, CANDLES
from traderai_assets.schemas.price_decisions import PRICE_DECISIONS

_STEPS_SHOWN = 20


@dg.asset_check(asset="candles")
def no_impossible_step(
    context: dg.AssetCheckExecutionContext, lake: LakeResource
) -> dg.AssetCheckResult:
    """No price lies where nobody can have traded on the way to it, unless a person decided on it.

    It blocks nothing: what is suspected is kept apart in features, labels, backtests and signals,
    and the market goes on behind it.
    """
    candles, gaps, decisions = map(lake.snapshot, (CANDLES, CANDLE_GAPS, PRICE_DECISIONS))
    stored = StoredCrossings(candles, gaps, decisions)
    rows: list[dict[str, Any]] = []
    commands: dict[str, str] = {}
    for key in context.op_execution_context.partition_keys:
        market, month = read_partition_key(key)
        steps = stored.steps(market, month)
        rows += _rows(market.key, steps)
        if len(steps):
            commands.setdefault(market.key, steps_command(market.key, steps))
    return dg.AssetCheckResult(
        passed=not rows,
        severity=dg.AssetCheckSeverity.WARN,
        description="\n".join(commands.values()) or "Every price can have been traded.",
        metadata={
            "steps": dg.MetadataValue.int(len(rows)),
            **({"undecided": dg.MetadataValue.table(_told(rows))} if rows else {}),
        },
    )


def _rows(market: str, steps: pd.DataFrame) -> list[dict[str, Any]]:
    return steps.assign(market=market).to_dict("records")  # type: ignore[return-value]


def _told(rows: list[dict[str, Any]]) -> list[dg.TableRecord]:
    return [
        dg.TableRecord({name: str(value) for name, value in row.items()})
        for row in rows[:_STEPS_SHOWN]
    ]
