"""The strategies that the settings make: who they are, and what their assets are called."""

import json
from collections.abc import Iterable, Iterator, Mapping
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from traderai_assets.domain.code_versions import CODE_VERSIONS, MEASURING
from traderai_assets.domain.errors import InvalidInput
from traderai_assets.domain.strategies.strategy import DEFAULT, Strategy, canonical_text
from traderai_assets.work_classes import ALL_ASSETS, SHARED_ASSETS

if TYPE_CHECKING:
    from traderai_assets.schemas.tables import Table
    from traderai_assets.settings import Settings

# How often progress is told, which decides nothing
_DECIDES_NOTHING = frozenset({"report_every"})
SECTIONS = ("training", "search", "costs")


def strategies_of(settings: "Settings") -> tuple[Strategy, ...]:
    """Return the strategies, in the order of their names; one at least.

    Raises
    ------
    InvalidSettings
        If the settings of one make no plan.
    """
    return tuple(_strategy(settings.of(name), name) for name in strategy_names(settings))


def strategy_names(settings: "Settings") -> tuple[str, ...]:
    """Return the names of the strategies, sorted; `DEFAULT` alone where the settings name none."""
    return tuple(sorted(settings.strategies)) or (DEFAULT,)


def strategy_named(settings: "Settings", name: str) -> Strategy:
    """Return the strategy of that name; raise InvalidInput, naming all, where there is none."""
    if name not in strategy_names(settings):
        raise InvalidInput(
            f"there is no strategy {name[:40]!r}; the settings make "
            f"{', '.join(strategy_names(settings))}"
        )
    return _strategy(settings.of(name), name)


def strategy_settings(settings: "Settings", name: str) -> dict[str, Any]:
    """Return every setting that a strategy may have otherwise, by its dotted name."""
    own = settings.of(name)
    return {
        f"{section}.{key}": value
        for section in SECTIONS
        for key, value in getattr(own, section).model_dump(mode="json").items()
    }


def asset_path(strategy: Strategy, asset: str) -> tuple[str, ...]:
    """Return the key of an asset as the strategy knows it: shared ones are the same for all."""
    folder = "" if asset in SHARED_ASSETS else strategy.folder_of(asset)
    return (folder, asset) if folder else (asset,)


def asset_paths(strategies: tuple[Strategy, ...], asset: str) -> tuple[tuple[str, ...], ...]:
    """Return the keys of an asset of all strategies, each once."""
    return tuple(dict.fromkeys(asset_path(one, asset) for one in strategies))


def all_asset_paths(strategies: tuple[Strategy, ...]) -> tuple[tuple[str, ...], ...]:
    """Return the keys of all assets, each once."""
    return tuple(path for asset in sorted(ALL_ASSETS) for path in asset_paths(strategies, asset))


def tables_of(settings: "Settings", remembered: Iterable[str] = ()) -> tuple["Table", ...]:
    """Return every table of the lake where it lies, each once, in the order of their paths.

    Parameters
    ----------
    settings : Settings
        Name the strategies.
    remembered : iterable of str
        Paths of tables that the lake has seen: those of strategies that are named no longer, too.
    """
    from traderai_assets.schemas.catalogue import TABLES

    strategies = strategies_of(settings)
    found = {
        table.at(strategy.folder_of(table.name) if table.of_strategy else "")
        for table in TABLES
        for strategy in strategies
    }
    known = {table.name: table for table in TABLES}
    for path in remembered:
        folder, _, name = path.rpartition("/")
        if name in known and known[name].of_strategy:
            found.add(known[name].at(folder))
    return tuple(sorted(found, key=lambda table: table.path))


def months_made(settings: "Settings", bar: timedelta) -> int:
    """Return how many months after its own are made of a month of candles, by any strategy."""
    from traderai_assets.plan import reach

    return max(reach(settings.of(name)).months_made(bar) for name in strategy_names(settings))


def longest_look_back_days(settings: "Settings") -> int:
    """Return how many days the models of any strategy learn from at most."""
    return max(settings.of(name).training.lookback_days for name in strategy_names(settings))


def shortest_look_back_days(settings: "Settings", strategy: Strategy) -> int:
    """Return the days of candles without which no model of a strategy is made."""
    training = settings.of(strategy.name).training
    return training.expanding_from_days or training.lookback_days


def clashes_of_names(settings: "Settings") -> Iterator[str]:
    """Say which strategies would lie inside of a table, where that table's files are swept."""
    if not settings.strategies:
        return
    from traderai_assets.schemas.catalogue import TABLES

    for name in sorted({*ALL_ASSETS, *(table.name for table in TABLES)} & {*settings.strategies}):
        yield f"strategy {name!r} is called like a table or an asset; call it otherwise"


def made_by(strategy: Strategy, card: Mapping[str, Any]) -> bool:
    """Whether a model was made by the plan of a strategy, as the model's card says it.

    Settings may change while models of before are stored under the same name.
    """
    plan = {key: value for key, value in card["plan"].items() if key not in _DECIDES_NOTHING}
    return canonical_text(plan) == canonical_text(json.loads(strategy.settings)["plan"])


def _strategy(own: "Settings", name: str) -> Strategy:
    from traderai_assets.domain.features.catalogue import FEATURE_CODE_VERSION
    from traderai_assets.plan import training_plan

    plan = training_plan(own)
    decides = {key: value for key, value in plan.settings().items() if key not in _DECIDES_NOTHING}
    code = {kind: one for kind, one in CODE_VERSIONS.items() if kind not in MEASURING}
    return Strategy.of(
        name,
        {"plan": decides, "max_model_age_days": own.training.max_model_age_days},
        {**code, "features": FEATURE_CODE_VERSION},
        horizon_bars=plan.horizon_bars,
        multiple=plan.multiple,
    )
