"""Candidates: stored models that may speak for a market, found by month or by id."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pandas as pd

from resources.lake.snapshot import LakeSnapshot
from traderai_assets.assets.models import last_made
from traderai_assets.domain.errors import CorruptPartition
from traderai_assets.domain.months import Month
from traderai_assets.runs.publication import Partition
from traderai_assets.schemas.models import MODELS

if TYPE_CHECKING:
    from traderai_assets.domain.models.model import ServingModel


@dataclass(frozen=True)
class Candidate:
    """A stored model and the month it was made for."""

    row: "pd.Series[Any]"
    served: Month

    @property
    def model_id(self) -> str:
        """Its id."""
        return str(self.row["model_id"])

    @property
    def model(self) -> "ServingModel":
        """The model, verified and read."""
        from traderai_assets.domain.models.model import decode_model

        return decode_model(self.row)


def newest_model(stored: LakeSnapshot, market: str) -> Candidate | None:
    """Return the model last made for the last served month; None where the market has no model."""
    month = max(stored.content_hashes(market), default=None)
    if month is None:
        return None
    return Candidate(last_made(stored.read(market, [month])), Month.parse(month))


def read_model(part: Partition, model_id: str, served: str) -> Candidate:
    """Read the model of that id among those made for the served month, as an input of `part`.

    Raises
    ------
    CorruptPartition
        If it is not there: a model that anything refers to is never removed.
    """
    rows = part.read_keys(MODELS, [served])
    named = rows[rows["model_id"] == model_id]
    if named.empty:
        raise CorruptPartition(
            f"model {model_id} of {part.market.key} is the champion made for {served}, but table "
            f"models holds {len(rows)} other models of that month; restore the table, or train "
            f"{served} anew and let it challenge"
        )
    return Candidate(named.iloc[0], Month.parse(served))
