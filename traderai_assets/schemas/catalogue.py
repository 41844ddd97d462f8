"""Every table of the lake, so that maintenance and checks find them without being told."""

from traderai_assets.schemas.backtests import BACKTEST_EQUITY, BACKTEST_METRICS, BACKTEST_TRADES
from traderai_assets.schemas.candles import CANDLE_ASKS, CANDLE_GAPS, CANDLE_QUARANTINE, CANDLES
from traderai_assets.schemas.champions import CHAMPIONS
from traderai_assets.schemas.drift_metrics import DRIFT_METRICS
from traderai_assets.schemas.features import FEATURES
from traderai_assets.schemas.labels import LABELS
from traderai_assets.schemas.models import MODELS, OUT_OF_SAMPLE
from traderai_assets.schemas.predictions import PREDICTIONS
from traderai_assets.schemas.price_decisions import PRICE_DECISIONS
from traderai_assets.schemas.signal_outcomes import SIGNAL_OUTCOMES
from traderai_assets.schemas.signal_snapshots import SIGNAL_SNAPSHOTS
from traderai_assets.schemas.signals import SIGNALS

TABLES = (
    CANDLES,
    CANDLE_GAPS,
    CANDLE_ASKS,
    CANDLE_QUARANTINE,
    PRICE_DECISIONS,
    FEATURES,
    LABELS,
    MODELS,
    OUT_OF_SAMPLE,
    BACKTEST_METRICS,
    BACKTEST_TRADES,
    BACKTEST_EQUITY,
    CHAMPIONS,
    PREDICTIONS,
    SIGNALS,
    SIGNAL_OUTCOMES,
    SIGNAL_SNAPSHOTS,
    DRIFT_METRICS,
)
