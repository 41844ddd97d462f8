"""Keeping the last models: which of a market and strategy nothing refers to and may go."""

from collections.abc import Sequence

from resources.lake.resource import LakeResource
from traderai_assets.domain.errors import InvalidInput
from traderai_assets.domain.strategies.strategy import Strategy
from traderai_assets.registry.model_list import stored_models
from traderai_assets.registry.references import References, references
from traderai_assets.registry.stored_models import StoredModel
from traderai_assets.settings import Settings


def beyond_last(
    settings: Settings,
    lake: LakeResource,
    strategies: Sequence[Strategy],
    newest: int,
    market: str | None = None,
) -> list[StoredModel]:
    """Return the models beyond the newest of each market and strategy that nothing refers to.

    Raises
    ------
    InvalidInput
        If `newest` is below 1: the model that is to speak next would go.
    """
    if newest < 1:
        raise InvalidInput(f"keep-last {newest} would keep no model; expected 1 or more")
    seen: dict[tuple[str, str], int] = {}
    found: dict[str, References] = {}
    spare = []
    for model in stored_models(lake, strategies, market):
        owner = model.market.key, model.strategy.name
        seen[owner] = seen.get(owner, 0) + 1
        if seen[owner] <= newest:
            continue
        if model.market.key not in found:
            found[model.market.key] = references(settings, lake, model.market)
        if model.model_id not in found[model.market.key]:
            spare.append(model)
    return spare
