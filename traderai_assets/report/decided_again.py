"""Decided again: what the model of each month said at every bar of it, asked once more.

Only signals of the past are stored, not what was said of silent bars. A model is a function: asked
again it says the same, and of bars of the month it serves it had seen nothing.
"""

from dataclasses import dataclass

import pandas as pd

from resources.lake.resource import LakeResource
from traderai_assets.domain.errors import InvalidSettings, TrainingError
from traderai_assets.domain.markets import Market
from traderai_assets.domain.months import months_between
from traderai_assets.domain.strategies.strategy import Strategy
from traderai_assets.plan import reach
from traderai_assets.registry.stored_models import last_made
from traderai_assets.report.period import Period
from traderai_assets.schemas.candles import CANDLES
from traderai_assets.schemas.features import FEATURES
from traderai_assets.schemas.models import MODELS
from traderai_assets.settings import Settings

COLUMNS = ["open_time", "probability", "side", "target", "stop", "word"]


@dataclass(frozen=True, eq=False)
class DecidedBars:
    """What the models of months say.

    Attributes
    ----------
    bars : DataFrame of `COLUMNS`
        Oldest first.
    refused : tuple of str
        Why a month's model could not be asked; empty where all could.
    """

    bars: pd.DataFrame
    refused: tuple[str, ...]


def decided_again(
    lake: LakeResource, settings: Settings, strategy: Strategy, market: Market, stretch: Period
) -> DecidedBars:
    """Ask the model of each month of a stretch, which has both ends, of its bars."""
    from traderai_assets.domain.models.model import decode_model
    from traderai_assets.domain.signals.decisions import decide_bars

    if stretch.since is None or stretch.until is None:
        raise ValueError(f"models are asked of a stretch with two ends, not of {stretch.text}")
    models = lake.of(strategy).snapshot(MODELS)
    features, candles = lake.snapshot(FEATURES), lake.snapshot(CANDLES)
    frames, refused = [], []
    for month in months_between(stretch.since, stretch.until):
        trained = models.read(market, [month])
        said_of = features.read(market, [month])
        if trained.empty or said_of.empty:
            continue
        try:
            model = decode_model(last_made(trained))
            known = reach(settings.of(strategy.name)).snapshots(market.bar).months(month)
            stored = candles.read(market, [one.key for one in known])
            frames.append(decide_bars(model, said_of, stored, bar=market.bar)[COLUMNS])
        except (TrainingError, InvalidSettings) as error:
            # Told on the page: what else is known of the market is no worse for it
            refused.append(f"{month.key}: {error}")
    nothing = pd.DataFrame({"open_time": candles.table.empty()["open_time"]}).reindex(
        columns=COLUMNS
    )
    bars = pd.concat(frames, ignore_index=True) if frames else nothing
    return DecidedBars(stretch.of(bars, "open_time"), tuple(refused))
