"""Whether a challenger replaces the champion: on the same unseen bars, after costs, beyond chance.

Where the returns come from is the backtest's; what is done about the decision is `history`'s.
"""

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from traderai_assets.domain.arrays import FloatArray
from traderai_assets.domain.backtest.metrics import max_drawdown
from traderai_assets.domain.errors import InvalidInput
from traderai_assets.domain.statistics.bootstrap import mean_interval
from traderai_assets.domain.statistics.sharpe import SharpeEstimate, deflated_sharpe_ratio


@dataclass(frozen=True, eq=False)
class TrackRecord:
    """What one model earned on bars it had never seen.

    Attributes
    ----------
    model_id : str
    open_times : ndarray of shape (n_bars,), int64
        Open of each bar, milliseconds since 1970, increasing.
    returns : ndarray of shape (n_bars,)
        Return of the account over each bar, after costs; 0 where it held nothing.
    n_trials : int
        Configurations that were tried to arrive at this model, itself included.
    trades : int
        Trades made over these bars.
    promotable, verdict : bool, str
        Whether the model cleared the bar of `selection` when it was trained, and why not.
    """

    model_id: str
    open_times: npt.NDArray[np.int64]
    returns: FloatArray
    n_trials: int
    trades: int
    promotable: bool = True
    verdict: str = ""


@dataclass(frozen=True)
class GuardRails:
    """What no champion may do, whatever it earns.

    Attributes
    ----------
    max_drawdown : float
        Largest loss from a peak over the unseen bars.
    min_bars, min_trades : int
        Less is no record to judge by.
    allow_unproven : bool
        Lets a model that is not promotable speak all the same: for trading on paper.
    """

    max_drawdown: float = 0.5
    min_bars: int = 100
    min_trades: int = 0
    allow_unproven: bool = False


@dataclass(frozen=True)
class Decision:
    """Promote or keep, why, and the numbers it rests on (JSON-able)."""

    promote: bool
    reason: str
    evidence: dict[str, Any] = field(default_factory=dict)


def choose_champion(
    champion: TrackRecord | None,
    challenger: TrackRecord,
    *,
    rails: GuardRails | None = None,
    confidence: float = 0.95,
    seed: int = 0,
) -> Decision:
    """Decide between the champion and a challenger; ties keep the champion.

    A challenger that is not promotable or breaks a guard rail is never promoted; where there is no
    champion, any other is. Otherwise the difference of their returns, bar by bar, must pass twice:
    its mean lies above zero by the stationary bootstrap, one-sided, so that what it earned does not
    rest on a few lucky stretches; and its Sharpe ratio, deflated by the challenger's trials, beats
    zero, so that the best of many does not pass for a better one.

    Parameters
    ----------
    champion, challenger : TrackRecord
        Over the same bars.
    rails : GuardRails, optional
    confidence : float, default=0.95
        Asked of both tests.
    seed : int, default=0
        Of the bootstrap.

    Raises
    ------
    InvalidInput
        If the two stand on different bars, or the champion's returns are not finite.
    """
    rails = rails or GuardRails()
    evidence: dict[str, Any] = {"challenger": _as_json(challenger), "confidence": confidence}
    broken = _broken_rail(challenger, rails)
    if broken:
        return Decision(False, f"challenger {challenger.model_id} {broken}", evidence)
    unproven = "" if challenger.promotable else f"; on paper alone: {_unproven(challenger)}"
    if champion is None:
        reason = f"{challenger.model_id} is the first model to break no guard rail{unproven}"
        return Decision(True, reason, evidence)
    evidence["champion"] = _as_json(champion)
    if champion.model_id == challenger.model_id:
        return Decision(False, f"{challenger.model_id} is the champion already", evidence)
    _refuse_different_bars(champion, challenger)
    difference = challenger.returns - champion.returns
    evidence["difference"] = test = _test(difference, challenger.n_trials, confidence, seed)
    shown = (
        f"mean difference a bar {test['mean']:.3g}, at least {test['mean_lower']:.3g} with "
        f"{confidence:.0%} confidence; deflated by {challenger.n_trials} trials it is above zero "
        f"with probability {test['deflated_sharpe']:.3f}"
    )
    if test["mean_lower"] > 0 and test["deflated_sharpe"] >= confidence:
        reason = f"{challenger.model_id} beats {champion.model_id}: {shown}{unproven}"
        return Decision(True, reason, evidence)
    reason = f"{champion.model_id} stays, {challenger.model_id} does not beat it: {shown}"
    return Decision(False, reason, evidence)


def _test(difference: FloatArray, n_trials: int, confidence: float, seed: int) -> dict[str, float]:
    interval = mean_interval(difference, confidence=2 * confidence - 1, seed=seed)
    estimate = SharpeEstimate.from_returns(difference)
    return {
        "mean": interval.mean,
        "mean_lower": interval.lower,
        "sharpe_per_bar": estimate.sharpe,
        "deflated_sharpe": deflated_sharpe_ratio(
            estimate, n_trials=n_trials, trial_variance=1 / difference.size
        ),
    }


def _broken_rail(record: TrackRecord, rails: GuardRails) -> str | None:
    returns = record.returns
    if not np.isfinite(returns).all():
        return f"has {int((~np.isfinite(returns)).sum())} returns that are not finite"
    if not (record.promotable or rails.allow_unproven):
        return _unproven(record)
    if returns.size < rails.min_bars:
        return f"stands on {returns.size} unseen bars; at least {rails.min_bars} are needed"
    if record.trades < rails.min_trades:
        return f"made {record.trades} trades; at least {rails.min_trades} are needed"
    if (lost := _drawdown(returns)) > rails.max_drawdown:
        return f"lost {lost:.1%} from a peak; at most {rails.max_drawdown:.1%} is allowed"
    return None


def _unproven(record: TrackRecord) -> str:
    return f"is not promotable: {record.verdict or 'no reason was written down'}"


def _as_json(record: TrackRecord) -> dict[str, Any]:
    finite = bool(np.isfinite(record.returns).all())
    return {
        "model_id": record.model_id,
        "bars": record.returns.size,
        "trades": record.trades,
        "n_trials": record.n_trials,
        "promotable": record.promotable,
        "total_return": float(np.prod(1 + record.returns) - 1) if finite else None,
        "max_drawdown": _drawdown(record.returns) if finite else None,
    }


def _drawdown(returns: FloatArray) -> float:
    return max_drawdown(np.concatenate([[1.0], np.cumprod(1 + returns)]))


def _refuse_different_bars(champion: TrackRecord, challenger: TrackRecord) -> None:
    if not np.array_equal(champion.open_times, challenger.open_times):
        raise InvalidInput(
            f"champion {champion.model_id} stands on {champion.open_times.size} bars, challenger "
            f"{challenger.model_id} on {challenger.open_times.size} that are not the same; "
            "backtest both over the bars that neither has seen"
        )
