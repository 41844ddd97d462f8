"""Strategies as they are: who they are, what they were told, in what they differ."""

from collections.abc import Mapping, Sequence
from typing import Any

from traderai_assets.settings import Settings
from traderai_assets.strategies import (
    SECTIONS,
    strategies_of,
    strategy_named,
    strategy_settings,
)


def strategy_rows(settings: Settings) -> list[dict[str, Any]]:
    """Return one row a strategy: its name, its id, and in what it differs from the first."""
    strategies = strategies_of(settings)
    first = strategy_settings(settings, strategies[0].name)
    return [
        {
            "strategy": strategy.name,
            "id": strategy.id,
            "differs": _differences(first, strategy_settings(settings, strategy.name)),
        }
        for strategy in strategies
    ]


def strategy_row(settings: Settings, name: str) -> dict[str, Any]:
    """Return all of one strategy: name, id, where its tables lie, and every setting.

    Raises
    ------
    InvalidInput
        If there is none of that name.
    """
    strategy = strategy_named(settings, name)
    return {
        "strategy": strategy.name,
        "id": strategy.id,
        "tables": strategy.folder or "at the root",
        "labels": strategy.labels_folder or "at the root",
        "settings": setting_rows(settings, name),
    }


def setting_rows(settings: Settings, name: str) -> list[dict[str, Any]]:
    """Return one row a setting: its name, its value, and whether the strategy says it itself."""
    said = _said(settings, name)
    return [
        {
            "setting": setting,
            "value": value,
            "said_by": "strategy" if setting in said else "default",
        }
        for setting, value in strategy_settings(settings, name).items()
    ]


def compared(settings: Settings, names: Sequence[str]) -> list[dict[str, Any]]:
    """Return one row a setting with its value in each strategy, those that differ first.

    Raises
    ------
    InvalidInput
        If there is none of one of the names.
    """
    strategies = [strategy_named(settings, name) for name in names]
    told = {one.name: strategy_settings(settings, one.name) for one in strategies}
    rows = [
        {"setting": setting, **{name: told[name][setting] for name in names}}
        for setting in told[names[0]]
    ]
    return sorted(rows, key=lambda row: all(row[name] == row[names[0]] for name in names))


def _differences(first: Mapping[str, Any], other: Mapping[str, Any]) -> str:
    return ", ".join(f"{name} = {other[name]}" for name in first if other[name] != first[name])


def _said(settings: Settings, name: str) -> set[str]:
    own = settings.strategies.get(name)
    if own is None:
        return set()
    return {
        f"{section}.{key}" for section in SECTIONS for key in getattr(own, section).model_fields_set
    }
