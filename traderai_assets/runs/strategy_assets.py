"""Assets and checks of strategies: one body each, and for each strategy an asset of its own.

One that is there once, and is made of what all strategies have, is `asset_over_strategies`.

A body is written as for one strategy alone: it names its sources by their plain names, and the
lake, the studies and the settings that it is given are those of the strategy it works for.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import wraps
from importlib import import_module
from inspect import signature
from typing import Any

import dagster as dg

from traderai_assets.domain.sources import modules_in
from traderai_assets.domain.strategies.strategy import Strategy
from traderai_assets.strategies import asset_path

# A body that has a parameter of this name is given the strategy it works for
STRATEGY_PARAMETER = "strategy"
# And one that is made of all strategies' is given these
STRATEGIES_PARAMETER = "strategies"
Body = Callable[..., Iterator[Any]]
Check = Callable[..., dg.AssetCheckResult]


class StrategyAsset:
    """What `strategy_asset` makes of a body; `of` makes the asset of one strategy."""

    def __init__(self, body: Body, *, settings_decide: bool, options: Mapping[str, Any]) -> None:
        self._body = body
        self._settings_decide = settings_decide
        self._options = options

    def of(self, strategy: Strategy) -> dg.AssetsDefinition:
        """Return the asset as the strategy has it: key, group, sources, checks and version."""
        options = dict(self._options)
        key = asset_key(strategy, self._body.__name__)
        options["deps"] = [_own_dep(dep, strategy) for dep in options["deps"]]
        if "check_specs" in options:
            options["check_specs"] = [
                spec._replace(asset_key=key)  # As a named tuple does
                for spec in options["check_specs"]
            ]
        if strategy.folder and key.path[0] == strategy.folder:
            options["group_name"] = strategy.name
        if strategy.folder and self._settings_decide:
            # What other settings made is stale, of this strategy and of no other
            options["code_version"] = f"{options['code_version']}-{strategy.settings_id}"
        made: dg.AssetsDefinition = dg.asset(key=key, **options)(self._working_for(strategy))
        return made

    def _working_for(self, strategy: Strategy) -> Body:
        declared = signature(self._body)
        asks = STRATEGY_PARAMETER in declared.parameters

        @wraps(self._body)
        def body(*context: Any, **resources: Any) -> Iterator[Any]:
            given = own_resources(strategy, resources)
            if asks:
                given[STRATEGY_PARAMETER] = strategy
            yield from self._body(*context, **given)

        if asks:  # Which Dagster would take for a resource
            kept = [one for one in declared.parameters.values() if one.name != STRATEGY_PARAMETER]
            body.__signature__ = declared.replace(parameters=kept)  # type: ignore[attr-defined]
        return body


class AssetOverStrategies:
    """What `asset_over_strategies` makes of a body; `over` makes the one asset there is."""

    def __init__(self, body: Body, options: Mapping[str, Any]) -> None:
        self._body = body
        self._options = options

    def over(self, strategies: Sequence[Strategy]) -> dg.AssetsDefinition:
        """Return the asset, behind what it names of each of the strategies."""
        deps = {
            dep.asset_key: dep
            for strategy in strategies
            for dep in (_own_dep(one, strategy) for one in self._options["deps"])
        }
        declared = signature(self._body)

        @wraps(self._body)
        def body(*context: Any, **resources: Any) -> Iterator[Any]:
            yield from self._body(*context, **resources, strategies=tuple(strategies))

        kept = [one for one in declared.parameters.values() if one.name != STRATEGIES_PARAMETER]
        body.__signature__ = declared.replace(parameters=kept)  # type: ignore[attr-defined]
        made: dg.AssetsDefinition = dg.asset(**{**self._options, "deps": [*deps.values()]})(body)
        return made


class StrategyCheck:
    """What `strategy_check` makes of a body; `of` makes the check of one strategy's asset."""

    def __init__(self, body: Check, asset: str) -> None:
        self._body = body
        self._asset = asset
        self.name = body.__name__

    def of(self, strategy: Strategy) -> dg.AssetChecksDefinition:
        """Return the check of the strategy's asset."""

        @wraps(self._body)
        def body(*context: Any, **resources: Any) -> dg.AssetCheckResult:
            return self._body(*context, **own_resources(strategy, resources))

        return dg.asset_check(asset=asset_key(strategy, self._asset))(body)


def strategy_asset(
    *, settings_decide: bool = False, **options: Any
) -> Callable[[Body], StrategyAsset]:
    """Declare an asset that each strategy has of its own, as `dg.asset` declares one.

    Parameters
    ----------
    settings_decide : bool
        Whether the settings of a strategy decide the values by themselves, not by its sources.
    **options
        As `dg.asset` takes them; sources and checks name assets as if there were one strategy.
    """
    return lambda body: StrategyAsset(body, settings_decide=settings_decide, options=options)


def asset_over_strategies(**options: Any) -> Callable[[Body], AssetOverStrategies]:
    """Declare an asset that is there once and is made of what each strategy has.

    Parameters
    ----------
    **options
        As `dg.asset` takes them; what is named in `deps` is meant of every strategy. The body is
        given all of them as `strategies`, and the lake and the settings as they are.
    """
    return lambda body: AssetOverStrategies(body, options)


def strategy_check(asset: str) -> Callable[[Check], StrategyCheck]:
    """Declare a check of an asset that each strategy has of its own."""
    return lambda body: StrategyCheck(body, asset)


def declared_in(package: str, kind: type) -> list[Any]:
    """Return what the modules of a package declare of one kind, module by module."""
    return [
        value
        for module in modules_in(package)
        for value in vars(import_module(module)).values()
        if isinstance(value, kind)
    ]


def own_resources(strategy: Strategy, resources: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a body is given, with lake, studies and settings as the strategy has them."""
    own = {name: resources[name].of(strategy) for name in ("lake", "studies") if name in resources}
    if "settings" in resources:
        own["settings"] = resources["settings"].of(strategy.name)
    return {**resources, **own}


def asset_key(strategy: Strategy, asset: str) -> dg.AssetKey:
    """Return Dagster's key of an asset as the strategy has it."""
    return dg.AssetKey(asset_path(strategy, asset))


def each_once(assets: Iterable[dg.AssetsDefinition]) -> list[dg.AssetsDefinition]:
    """Return the assets without those that another strategy has brought already."""
    found: dict[dg.AssetKey, dg.AssetsDefinition] = {}
    for asset in assets:
        found.setdefault(asset.key, asset)
    return list(found.values())


def _own_dep(dep: dg.AssetDep, strategy: Strategy) -> dg.AssetDep:
    key = asset_key(strategy, dep.asset_key.path[-1])
    return dg.AssetDep(key, partition_mapping=dep.partition_mapping)
