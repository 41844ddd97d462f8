"""The gate as people see it: a blocking check on models, told by every run before it trains."""

from collections.abc import Mapping
from typing import Any

import dagster as dg

from traderai_assets.domain.freshness.training_data import Refusal, backfill_commands
from traderai_assets.domain.months import Month
from traderai_assets.domain.spans.look_back import LookBack

LOOK_BACK_CHECK = dg.AssetCheckSpec(
    "look_back_complete",
    asset="models",
    blocking=True,
    description=(
        "The candles a model learns from are stored or known gaps, and features and labels are "
        "made of them. A run of which no month may be trained fails; of others, the rest is."
    ),
)
_ROWS_SHOWN = 50


def look_back_result(found: Mapping[str, LookBack | Refusal]) -> dg.AssetCheckResult:
    """Tell what was found of each partition asked for."""
    refused = {key: one for key, one in found.items() if isinstance(one, Refusal)}
    nothing_left = len(refused) == len(found)
    return dg.AssetCheckResult(
        check_name=LOOK_BACK_CHECK.name,
        passed=not refused,
        severity=dg.AssetCheckSeverity.ERROR if nothing_left else dg.AssetCheckSeverity.WARN,
        # As the run's error says it, where nothing is left
        description=list(refused.values())[-1].sentence if refused else "All is there.",
        metadata={"months_complete": len(found) - len(refused), **_told(refused)},
    )


def _told(refused: Mapping[str, Refusal]) -> dict[str, Any]:
    """What is missing: of all months together what to type, and month by month why."""
    if not refused:
        return {}
    months: dict[str, set[Month]] = {}
    for refusal in refused.values():
        months.setdefault(refusal.market, set()).update(refusal.months)
    present = max((one.present for one in refused.values() if one.present), default=None)
    commands = [
        command
        for market, lacking in months.items()
        for command in backfill_commands(market, lacking, present)
    ]
    return {
        "commands": dg.MetadataValue.text("\n".join(commands)),
        "missing_bars": dg.MetadataValue.int(
            sum(sum(refusal.missing.values()) for refusal in refused.values())
        ),
        "missing_months": dg.MetadataValue.json(
            {market: [month.key for month in sorted(lacking)] for market, lacking in months.items()}
        ),
        "refused": dg.MetadataValue.table(
            [_row(key, refusal) for key, refusal in list(refused.items())[:_ROWS_SHOWN]]
        ),
    }


def _row(key: str, refusal: Refusal) -> dg.TableRecord:
    window = refusal.window
    return dg.TableRecord(
        {
            "model of": key,
            "learns from": f"{window.start:%Y-%m-%d %H:%M}" if window else "",
            "to": f"{window.until:%Y-%m-%d %H:%M}" if window else "",
            "missing bars": ", ".join(f"{m.key}: {n}" for m, n in refusal.missing.items()),
            "not made": ", ".join(month.key for month in refusal.unmade),
            "why": refusal.found,
        }
    )
