"""Signal outcomes: how each signal ended, in the month in which it ended."""

from collections.abc import Iterator

import dagster as dg

from resources.lake.resource import LakeResource
from traderai_assets.domain.code_versions import version_of
from traderai_assets.instance.months_read import months_read
from traderai_assets.partitions import MANY_PARTITIONS_A_RUN, market_months
from traderai_assets.plan import reach
from traderai_assets.runs.publication import Publication
from traderai_assets.schemas.candles import CANDLES
from traderai_assets.schemas.signal_outcomes import SIGNAL_OUTCOMES
from traderai_assets.schemas.signals import SIGNALS
from traderai_assets.settings import Settings


@dg.asset(
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
    """Target, stop, expired, or still open at the month's last closed bar."""
    from traderai_assets.domain.signals.outcomes import month_outcomes

    with Publication(context, lake, SIGNAL_OUTCOMES, SIGNALS, CANDLES) as publication:
        for part in publication.partitions():
            months = reach(settings).outcomes(part.market.bar).months(part.month)
            signals, candles = part.read(SIGNALS, *months), part.read_candles(*months)
            frame = month_outcomes(signals, candles, month=part.month, bar=part.market.bar)
            counts = frame["status"].value_counts()
            part.put(frame, {f"{status}": int(count) for status, count in counts.items()})
        yield from publication.publish()
