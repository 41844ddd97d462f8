"""Forecasts: what models said of bars they had not learnt from, and what then happened."""

from dataclasses import dataclass

import pandas as pd

from resources.lake.resource import LakeResource
from traderai_assets.domain.strategies.strategy import Strategy
from traderai_assets.report.period import Period
from traderai_assets.schemas.labels import LABELS
from traderai_assets.schemas.models import OUT_OF_SAMPLE
from traderai_assets.schemas.predictions import PREDICTIONS

_COLUMNS = ["probability", "label"]


@dataclass(frozen=True, eq=False)
class Forecasts:
    """Probabilities that the upper barrier comes first, beside the label.

    Attributes
    ----------
    walk_forward : DataFrame
        probability, label: of the folds of all models.
    live : DataFrame
        The same of what champions said live, as far as labels are known.
    """

    walk_forward: pd.DataFrame
    live: pd.DataFrame


def read_forecasts(lake: LakeResource, strategy: Strategy, period: Period) -> Forecasts:
    """Read what a strategy's models said out of sample, and live."""
    own = lake.of(strategy)
    tested, said, labels = (own.snapshot(t) for t in (OUT_OF_SAMPLE, PREDICTIONS, LABELS))
    folds = [
        period.of(tested.read(market, [month]), "open_time")[_COLUMNS]
        for market in tested.markets()
        for month in tested.months(market)
    ]
    live = []
    for market in said.markets():
        months = period.months(said.months(market))
        rows = period.of(said.read(market, months), "open_time")
        # A label stands in the month in which it became known, which may be the next
        known = labels.read(
            market, [one for one in labels.months(market) if one >= min(months, default="9")]
        )
        live.append(rows.merge(known[["open_time", "label"]], on="open_time")[_COLUMNS])
    return Forecasts(_joined(folds), _joined(live))


def _joined(frames: list[pd.DataFrame]) -> pd.DataFrame:
    some = [one for one in frames if len(one)]
    if not some:
        return pd.DataFrame(
            {"probability": pd.Series(dtype="float64"), "label": pd.Series(dtype="int8")}
        )
    return pd.concat(some, ignore_index=True)
