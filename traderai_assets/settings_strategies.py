"""Strategies in the settings: `[strategies.NAME]`, each with what it says otherwise than the file.

What a strategy does not say is what `[training]`, `[search]` and `[costs]` say. What a strategy is
beyond its settings stands in strategies.py.
"""

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel, ConfigDict

from traderai_assets.domain.errors import InvalidSettings
from traderai_assets.domain.limits import MAX_STRATEGIES
from traderai_assets.domain.strategies.strategy import check_strategy_name
from traderai_assets.settings_sections import CostSettings, SearchSettings, TrainingSettings


class StrategySettings(BaseModel):
    """What one strategy says; a setting that is left out is the file's own."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    training: TrainingSettings = TrainingSettings()
    search: SearchSettings = SearchSettings()
    costs: CostSettings = CostSettings()

    def over(self, default: Mapping[str, BaseModel]) -> dict[str, BaseModel]:
        """Return each section with what is said here in place of what `default` says."""
        return {name: _over(section, default[name]) for name, section in self}


def _over(section: BaseModel, default: BaseModel) -> BaseModel:
    said: dict[str, Any] = {name: getattr(section, name) for name in section.model_fields_set}
    return default.model_copy(update=said)


def checked_strategies(
    strategies: Mapping[str, StrategySettings],
) -> Mapping[str, StrategySettings]:
    """Return the strategies if they can be called so and are not too many; else ValueError."""
    if len(strategies) > MAX_STRATEGIES:
        raise ValueError(f"{len(strategies)} strategies are named; at most {MAX_STRATEGIES} may be")
    for name in strategies:
        try:
            check_strategy_name(name)
        except InvalidSettings as error:
            raise ValueError(str(error)) from None
    return strategies
