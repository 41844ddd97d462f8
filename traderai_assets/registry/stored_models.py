"""Stored models: found by month or by id, each with the partition it stands in."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import pandas as pd

from resources.lake.resource import LakeResource
from traderai_assets.domain.errors import CorruptPartition, InvalidInput
from traderai_assets.domain.markets import Market
from traderai_assets.domain.months import Month
from traderai_assets.domain.strategies.strategy import UNNAMED, Strategy
from traderai_assets.runs.publication import Partition
from traderai_assets.schemas.models import MODELS

if TYPE_CHECKING:
    from traderai_assets.domain.models.model import ServingModel

SHORTEST_ID = 6


@dataclass(frozen=True)
class StoredModel:
    """One row of the models table, and the partition it stands in.

    Attributes
    ----------
    market : Market
    served : Month
        The month it was made for.
    row : Series
        As `schemas.models` declares it.
    strategy : Strategy
        Whose table it is in.
    """

    market: Market
    served: Month
    row: "pd.Series[Any]"
    strategy: Strategy = UNNAMED

    @property
    def model_id(self) -> str:
        """All 32 characters."""
        return str(self.row["model_id"])

    @cached_property
    def card(self) -> dict[str, Any]:
        """What its training wrote down of it; not verified."""
        card: dict[str, Any] = json.loads(self.row["card"])
        return card

    @cached_property
    def model(self) -> "ServingModel":
        """The model, verified and read."""
        from traderai_assets.domain.models.model import decode_model

        return decode_model(self.row)


def last_made(stored: pd.DataFrame) -> "pd.Series[Any]":
    """Return the row that serves its month; what it learned from may end before an earlier one's.

    Parameters
    ----------
    stored : DataFrame
        Rows of one month of `MODELS`, at least one.
    """
    return stored.iloc[int(stored["generation"].argmax())]


def read_model(part: Partition, model_id: str, served: str) -> StoredModel:
    """Read the model of that id among those made for the served month, as an input of `part`.

    Raises
    ------
    CorruptPartition
        If it is not there: a model that anything refers to is never removed.
    """
    month = Month.parse(served)
    rows = part.read(MODELS, month)
    named = rows[rows["model_id"] == model_id]
    if named.empty:
        raise CorruptPartition(
            f"model {model_id} of {part.market.key} is the champion made for {served}, but table "
            f"models holds {len(rows)} other models of that month; restore the table, or train "
            f"{served} anew, whose model speaks then"
        )
    return StoredModel(part.market, month, named.iloc[0])


def find_model(
    lake: LakeResource, model_id: str, strategies: Sequence[Strategy] = (UNNAMED,)
) -> StoredModel:
    """Find a model of any market, month and generation by its id, or the beginning of it.

    Parameters
    ----------
    lake : LakeResource
    model_id : str
        At least `SHORTEST_ID` characters.
    strategies : sequence of Strategy
        Whose models are looked through; what two of them made alike is found with the first.

    Raises
    ------
    InvalidInput
        If no model, or more than one, has an id that begins so.
    CorruptModel
        If its card and bytes are not those its id stands for.
    """
    if len(model_id) < SHORTEST_ID:
        raise InvalidInput(
            f"{model_id!r} is no model id; expected 32 hexadecimal characters, or at least the "
            f'first {SHORTEST_ID} of them, as "traderai models list" shows them'
        )
    by_id: dict[str, StoredModel] = {}
    for strategy in strategies:
        for model in _all_models(lake, strategy):
            if model.model_id.startswith(model_id):
                by_id.setdefault(model.model_id, model)
    found = list(by_id.values())
    if not found:
        raise InvalidInput(f'no model {model_id!r} is stored; "traderai models list" names them')
    if len(found) > 1:
        names = ", ".join(sorted(model.model_id for model in found)[:3])
        raise InvalidInput(
            f"{len(found)} models begin with {model_id!r}: {names}; write more of it"
        )
    _ = found[0].model  # What was changed after the training is no measure of anything
    return found[0]


def _all_models(lake: LakeResource, strategy: Strategy) -> list[StoredModel]:
    snapshot = lake.of(strategy).snapshot(MODELS)
    return [
        StoredModel(Market.parse(market), Month.parse(month), row, strategy)
        for market in snapshot.markets()
        for month in snapshot.content_hashes(market)
        for _, row in snapshot.read(market, [month]).iterrows()
    ]
