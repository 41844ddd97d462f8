"""What the page of one model is made of, read from the lake once."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from resources.lake.resource import LakeResource
from traderai_assets.registry.stored_models import StoredModel, last_made
from traderai_assets.report.forecasts_read import Forecasts
from traderai_assets.report.market_pictures import MarketPicture, market_pictures
from traderai_assets.report.model_facts import ModelSummary, model_summaries
from traderai_assets.report.period import Period
from traderai_assets.report.signals_read import live_signals
from traderai_assets.report.strategy_facts import read_notes
from traderai_assets.schemas.backtests import BACKTEST_EQUITY, BACKTEST_METRICS, BACKTEST_TRADES
from traderai_assets.schemas.champions import CHAMPIONS
from traderai_assets.schemas.models import MODELS, OUT_OF_SAMPLE
from traderai_assets.schemas.tables import ALL_MONTHS
from traderai_assets.settings import Settings


@dataclass(frozen=True, eq=False)
class ModelPageFacts:
    """What is known of a model.

    Attributes
    ----------
    strategy : str
    model : ModelSummary
    others : sequence of ModelSummary
        All of its strategy and market, itself too, oldest first.
    replaced : bool
        Whether a later one of its month was made: what it said and did is no longer stored.
    metrics, trades, equity : DataFrame
        Of its backtest, as `backtest_*` store them; trades and equity of the period.
    signals : DataFrame
        Live signals that it gave, each beside its outcome.
    forecasts : Forecasts
    notes : DataFrame
    pictures : sequence of MarketPicture
    champions : mapping of str to DataFrame
    """

    strategy: str
    model: ModelSummary
    others: Sequence[ModelSummary]
    replaced: bool
    metrics: pd.DataFrame
    trades: pd.DataFrame
    equity: pd.DataFrame
    signals: pd.DataFrame
    forecasts: Forecasts
    notes: pd.DataFrame
    pictures: Sequence[MarketPicture]
    champions: Mapping[str, pd.DataFrame]


def read_model_facts(
    lake: LakeResource, settings: Settings, found: StoredModel, period: Period
) -> ModelPageFacts:
    """Read all facts of a model."""
    own, market, served = lake.of(found.strategy), found.market.key, found.served.key
    others = [one for one in model_summaries(own) if one.market == market]
    [model] = [one for one in others if one.model_id == found.model_id]
    month = own.snapshot(MODELS).read(market, [served])
    replaced = str(last_made(month)["model_id"]) != found.model_id
    metrics, trades, equity, tested = (
        table.empty() if replaced else own.snapshot(table).read(market, [served])
        for table in (BACKTEST_METRICS, BACKTEST_TRADES, BACKTEST_EQUITY, OUT_OF_SAMPLE)
    )
    trades, equity = period.of(trades, "entry_time"), period.of(equity, "open_time")
    signals = live_signals(own, period).get(market)
    given = pd.DataFrame() if signals is None else signals[signals["model_id"] == found.model_id]
    stretch = _stretch(trades, period)
    notes = read_notes(lake, [market])
    return ModelPageFacts(
        strategy=found.strategy.name,
        model=model,
        others=others,
        replaced=replaced,
        metrics=metrics,
        trades=trades,
        equity=equity,
        signals=given,
        forecasts=Forecasts(
            period.of(tested, "open_time")[["probability", "label"]],
            pd.DataFrame({"probability": [], "label": []}),
        ),
        notes=notes[notes["model_id"] == found.model_id],
        pictures=market_pictures(
            lake, settings, found.strategy, stretch, {market: trades}, {market: given},
            markets=[market],
        ),
        champions={market: lake.snapshot(CHAMPIONS).read(market, [ALL_MONTHS])},
    )  # fmt: skip


def _stretch(trades: pd.DataFrame, period: Period) -> Period:
    """Return the period of the pictures: that of its trades, where none is asked for."""
    if period.since or period.until or trades.empty:
        return period
    since, until = trades["entry_time"].iloc[0], trades["exit_time"].iloc[-1]
    margin = pd.Timedelta(hours=6)
    return Period((since - margin).to_pydatetime(), (until + margin).to_pydatetime())
