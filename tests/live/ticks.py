"""Running a live tick in a platform of one process."""

import dagster as dg

from tests.assets.in_process_platform import InProcessPlatform
from traderai_assets.instance.live_runs import live_run_config
from traderai_assets.work_classes import LIVE_JOB


def tick(
    platform: InProcessPlatform, *markets: str, raise_on_error: bool = True
) -> dg.ExecuteInProcessResult:
    """Run a live update of these markets, of the platform's own where none is named."""
    job = platform.definitions.resolve_job_def(LIVE_JOB)
    return job.execute_in_process(
        run_config=live_run_config(markets or [platform.market.key]),
        instance=platform.instance,
        raise_on_error=raise_on_error,
    )


def events(platform: InProcessPlatform, asset: str, month: str) -> list[dg.AssetMaterialization]:
    """All materializations of a partition, the newest first."""
    asked = dg.AssetRecordsFilter(dg.AssetKey(asset), asset_partitions=[platform.key(month)])
    found = platform.instance.fetch_materializations(asked, limit=100).records
    return [record.asset_materialization for record in found]
