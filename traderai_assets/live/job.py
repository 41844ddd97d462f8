"""The job of a live tick: an op, since a run of assets is over a cross product of partitions."""

from collections.abc import Iterable, Sequence

import dagster as dg
from pydantic import Field

from resources.exchange.resource import ExchangeResource
from resources.lake.resource import LakeResource
from traderai_assets.domain.limits import MAX_SHARD_MARKETS
from traderai_assets.domain.strategies.strategy import Strategy
from traderai_assets.instance.live_runs import ASSETS_TAG, LIVE_OP
from traderai_assets.settings import Settings
from traderai_assets.strategies import asset_paths
from traderai_assets.work_classes import JOBS, LIVE_JOB


class LiveUpdateConfig(dg.Config):
    """Which markets a live update is for."""

    markets: list[str] = Field(
        description="Keys of markets of one exchange, such as binance.BTC-USDT.5m.",
        min_length=1,
        max_length=MAX_SHARD_MARKETS,
    )


def live_update_job(
    assets: Iterable[dg.AssetsDefinition], strategies: Sequence[Strategy]
) -> dg.JobDefinition:
    """Build the job.

    Parameters
    ----------
    assets : iterable of AssetsDefinition
        All there are.
    strategies : sequence of Strategy
        Who may speak.
    """
    made = {
        dg.AssetKey(path)
        for asset in JOBS[LIVE_JOB]
        for path in asset_paths(tuple(strategies), asset)
    }
    own = {asset.key: asset for asset in assets if asset.key in made}

    @dg.op(
        name=LIVE_OP,
        description="From the bars that have closed to what strategies say of them, for markets of "
        "one exchange.",
    )
    def update_markets(
        context: dg.OpExecutionContext,
        config: LiveUpdateConfig,
        lake: LakeResource,
        exchange: ExchangeResource,
        settings: dg.ResourceParam[Settings],
    ) -> None:
        from traderai_assets.live.summary import tell_summary
        from traderai_assets.live.tick import LiveTick

        tick = LiveTick(context, lake, exchange, settings, own, strategies)
        try:
            tick.run(config.markets)
        finally:
            tell_summary(context, config.markets, tick.troubles.of, tick.counts)

    @dg.job(
        name=LIVE_JOB,
        description="Bars that closed, of many markets: candles, features, signals, outcomes, and "
        "once an hour labels.",
        # The queue cannot ask the settings which strategies there are
        tags={ASSETS_TAG: ",".join(sorted(key.to_user_string() for key in own))},
    )
    def live_update() -> None:
        update_markets()

    return live_update
