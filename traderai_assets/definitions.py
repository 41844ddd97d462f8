"""The whole platform in one call."""

import warnings
from collections.abc import Mapping
from functools import cache
from typing import Any

import dagster as dg

from traderai_assets.settings import Settings, load_settings


def build_definitions(
    *, settings: Settings | None = None, resources: Mapping[str, Any] | None = None
) -> dg.Definitions:
    """Assemble assets, checks, jobs, sensors and resources.

    Parameters
    ----------
    settings : those of `traderai.toml` and the environment where none are given
    resources : replace resources by name, as tests do
    """
    # Partition mappings and backfill policies are "beta" in Dagster; the version is pinned.
    warnings.filterwarnings("ignore", category=dg.BetaWarning)
    from resources.build import build_resources
    from resources.settings_only import closed, nothing_passes
    from sensors.build import build_sensors
    from traderai_assets.instance.executor import lasting_failures_executor
    from traderai_assets.instance.instance_guard import refuse_foreign_run
    from traderai_assets.jobs import ASSET_JOBS, DAILY_CLEAN_UP, clean_up, maintain_lake
    from traderai_assets.jobs_by_hand import jobs_by_hand
    from traderai_assets.live.job import live_update_job
    from traderai_assets.strategies import strategies_of

    settings = settings or load_settings()
    own = {
        name: closed(value, admit=refuse_foreign_run)
        for name, value in build_resources(settings).items()
    }
    assets = _assets(settings)
    strategies = strategies_of(settings)
    live = live_update_job(assets, strategies)
    return dg.Definitions(
        assets=assets,
        asset_checks=_checks(settings),
        jobs=[
            *ASSET_JOBS.values(),
            live,
            *jobs_by_hand(strategies),
            maintain_lake,
            clean_up,
        ],
        schedules=[DAILY_CLEAN_UP],
        sensors=build_sensors(settings),
        resources={**own, "io_manager": nothing_passes, **(resources or {})},
        executor=lasting_failures_executor,
    )


def _assets(settings: Settings) -> list[dg.AssetsDefinition]:
    """Return the assets that all strategies share, then each strategy's own."""
    from traderai_assets import assets
    from traderai_assets.instance.months_read import with_reach
    from traderai_assets.plan import reach
    from traderai_assets.runs.described_assets import described
    from traderai_assets.runs.strategy_assets import (
        AssetOverStrategies,
        StrategyAsset,
        declared_in,
        each_once,
    )
    from traderai_assets.strategies import strategies_of

    strategies = strategies_of(settings)
    built = with_reach(dg.load_assets_from_package_module(assets), reach(settings))
    built += [one.over(strategies) for one in declared_in(assets.__name__, AssetOverStrategies)]
    for strategy in strategies:
        own = [one.of(strategy) for one in declared_in(assets.__name__, StrategyAsset)]
        built += with_reach(own, reach(settings.of(strategy.name)))
    return described(each_once(built), settings)


def _checks(settings: Settings) -> list[dg.AssetChecksDefinition]:
    """Return the checks of shared assets, then those of each strategy's own."""
    from traderai_assets import checks
    from traderai_assets.runs.strategy_assets import StrategyCheck, declared_in
    from traderai_assets.strategies import strategies_of

    own = declared_in(checks.__name__, StrategyCheck)
    return [
        *dg.load_asset_checks_from_package_module(checks),
        *(check.of(strategy) for strategy in strategies_of(settings) for check in own),
    ]


@dg.definitions
def defs() -> dg.Definitions:
    """Load the platform as `workspace.yaml` names it."""
    return _loaded()


@cache
def _loaded() -> dg.Definitions:
    """Load the platform once a process: Dagster asks several times in a run's worker."""
    return build_definitions()


def warm_up() -> None:
    """Import what runs import late, and compile; for a process from which workers are forked."""
    from traderai_assets import rehearsal

    rehearsal.rehearse()
