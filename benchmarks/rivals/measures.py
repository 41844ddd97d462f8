"""What a forecast of a market-month was worth: of its scores, its probabilities and its trades."""

import os
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.stats import rankdata
from sklearn.metrics import log_loss, roc_auc_score
from threadpoolctl import threadpool_limits

from benchmarks.rivals.forecasts import Forecast, Rival
from benchmarks.rivals.markets import MarketMonth
from traderai_assets.domain.arrays import FloatArray
from traderai_assets.domain.backtest.decided import trade_decided
from traderai_assets.domain.training.plan import TrainingPlan

BINS = 10


@dataclass(frozen=True)
class Measured:
    """One rival on one market-month.

    Attributes
    ----------
    auc : float
        Of the score against the labels that have a direction.
    ic, rank_ic : float
        Correlation of the score, and of its ranks, with the gross return of a long; 0 where the
        score never changes.
    log_loss : float, optional
        Less that of the share of rises in the look-back, nats: below 0 something was known.
    calibration_error : float, optional
        See `calibration_error`.
    net_return, net_sharpe : float
        Of the month after costs, the latter annual; 0 without trades.
    cpu_seconds : float
        Of fitting and forecasting, children included, features and labels not.
    """

    group: str
    market: str
    block: str
    month: str
    rival: str
    bars: int
    auc: float
    ic: float
    rank_ic: float
    log_loss: float | None
    calibration_error: float | None
    trades: int
    net_return: float
    net_sharpe: float
    cpu_seconds: float


def measure(name: str, rival: Rival, month: MarketMonth, plan: TrainingPlan) -> Measured:
    """Let a rival learn and forecast a month, and hold it against what happened."""
    with threadpool_limits(1):
        before = cpu_seconds()
        forecast = rival(month, plan)
        spent = cpu_seconds() - before
    outcomes = month.outcomes(plan)
    decided = (outcomes["label"].notna()).to_numpy() & np.isfinite(forecast.score)
    label = outcomes["label"].to_numpy()[decided]
    score = forecast.score[decided]
    gross = outcomes["gross_return"].to_numpy()[decided]
    sided = label != 0
    rose = label[sided] > 0
    surprise, error = None, None
    if forecast.probability is not None:
        probability = forecast.probability[decided][sided]
        surprise = log_loss(rose, probability) - log_loss(
            rose, np.full(len(rose), share_of_rises(month, plan))
        )
        error = calibration_error(probability, rose)
    trades, net_return, net_sharpe = traded(forecast, month, plan)
    return Measured(
        group=month.group,
        market=month.market,
        block=month.block,
        month=month.month.key,
        rival=name,
        bars=len(score),
        auc=float(roc_auc_score(rose, score[sided])),
        ic=correlation(score, gross),
        rank_ic=correlation(rankdata(score), rankdata(gross)),
        log_loss=surprise,
        calibration_error=error,
        trades=trades,
        net_return=net_return,
        net_sharpe=net_sharpe,
        cpu_seconds=spent,
    )


def share_of_rises(month: MarketMonth, plan: TrainingPlan) -> float:
    """Share of rises among the labels of the look-back that have a direction."""
    label = month.known(plan).labels["label"].to_numpy()
    return float((label > 0).sum() / (label != 0).sum())


def calibration_error(probability: FloatArray, rose: npt.NDArray[np.bool_]) -> float:
    """Mean distance of probability and share of rises over bins, each weighted by its rows.

    Bins are cut at the tenths of the probabilities; equal ones share a bin. Overlapping labels
    make the shares noisy, so that even a perfect forecast has an error above 0.
    """
    cuts = np.quantile(probability, np.arange(1, BINS) / BINS)
    where = np.searchsorted(cuts, probability, side="right")
    off = np.bincount(where, weights=probability - rose, minlength=BINS)
    return float(np.abs(off).sum() / len(probability))


def correlation(left: FloatArray, right: FloatArray) -> float:
    """Pearson's; 0 where one side never changes."""
    if np.ptp(left) == 0.0 or np.ptp(right) == 0.0:
        return 0.0
    return float(np.corrcoef(left, right)[0, 1])


def traded(forecast: Forecast, month: MarketMonth, plan: TrainingPlan) -> tuple[int, float, float]:
    """Trades, net return and annual net Sharpe ratio of what was decided in the month."""
    result = trade_decided(forecast.decided, month.traded, bar=month.bar, costs=plan.costs)
    if result.trades.empty:
        return 0, 0.0, 0.0
    metrics = result.metrics
    return len(result.trades), metrics["total_return"], metrics["sharpe"]


def cpu_seconds() -> float:
    """Processor time of this process and of the children it has waited for."""
    times = os.times()
    return times.user + times.system + times.children_user + times.children_system


def frame_of(measured: list[Measured]) -> pd.DataFrame:
    """One row for each rival and market-month; NaN where something was not measured."""
    frame = pd.DataFrame([vars(one) for one in measured])
    return frame.astype({"log_loss": "float64", "calibration_error": "float64"})
