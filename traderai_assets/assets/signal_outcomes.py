"""Signal outcomes: how each signal ended, in the month in which it ended."""

from collections.abc import Iterator

import dagster as dg
import pandas as pd

from resources.lake.resource import LakeResource
from traderai_assets.domain.code_versions import version_of
from traderai_assets.domain.numbers import PRICE_DIGITS, percent, shown
from traderai_assets.instance.months_read import months_read
from traderai_assets.partitions import MANY_PARTITIONS_A_RUN, market_months
from traderai_assets.plan import reach
from traderai_assets.runs.publication import Publication
from traderai_assets.runs.strategy_assets import strategy_asset
from traderai_assets.schemas.candles import CANDLES
from traderai_assets.schemas.signal_outcomes import SIGNAL_OUTCOMES
from traderai_assets.schemas.signals import SIGNALS
from traderai_assets.settings import Settings

_PRICES = ("entry_price", "target_price", "stop_price", "exit_price")


@strategy_asset(
    partitions_def=market_months,
    backfill_policy=MANY_PARTITIONS_A_RUN,
    deps=[
        dg.AssetDep("signals", partition_mapping=months_read("outcomes")),
        dg.AssetDep("candles", partition_mapping=months_read("outcomes")),
    ],
    group_name="live",
    kinds={"numba", "deltalake"},
    owners=["team:trading"],
    code_version=version_of("signal_outcomes"),
)
def signal_outcomes(
    context: dg.AssetExecutionContext, lake: LakeResource, settings: dg.ResourceParam[Settings]
) -> Iterator[dg.MaterializeResult[None]]:
    """Target, stop, expired, interrupted, or still open at the month's last closed bar.

    With the exact prices of entry, target and stop, which are known once the entry bar has closed.
    """
    from traderai_assets.domain.signals.outcomes import month_outcomes

    with Publication(context, lake, SIGNAL_OUTCOMES, SIGNALS, CANDLES) as publication:
        for part in publication.partitions():
            months = reach(settings).outcomes(part.market.bar).months(part.month)
            signals, candles = part.read(SIGNALS, *months), part.read_candles(*months)
            frame = month_outcomes(signals, candles, month=part.month, bar=part.market.bar)
            part.put(frame, _metadata(frame))
        yield from publication.publish()


def _metadata(outcomes: pd.DataFrame) -> dict[str, object]:
    """How many ended how, and the last of them, prices as the venue had them."""
    counts = outcomes["status"].value_counts()
    rows = [
        dg.TableRecord(
            {
                "open_time": str(outcome["open_time"]),
                "side": "long" if outcome["side"] > 0 else "short",
                "status": outcome["status"],
                **{name: shown(outcome[name], PRICE_DIGITS) for name in _PRICES},
                "gross_return": percent(outcome["gross_return"], 4),
            }
        )
        for outcome in outcomes.tail(10).iloc[::-1].to_dict("records")
    ]
    return {
        **{str(status): int(count) for status, count in counts.items()},
        **({"last_outcomes": dg.MetadataValue.table(rows)} if rows else {}),
    }
