"""Drift of what a model earns: its signals' outcomes now against its own out-of-sample record."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from traderai_assets.domain.arrays import FloatArray
from traderai_assets.domain.drift.sequential import mean_rose
from traderai_assets.domain.statistics.autocorrelation import autocorrelation_time
from traderai_assets.domain.statistics.bootstrap import MeanInterval, mean_interval

INTERVAL_CONFIDENCE = 0.90
"""Two such intervals that do not meet are, one-sided, about a 1 % event without drift."""


@dataclass(frozen=True)
class Expectation:
    """What a record of trades promises, with its own uncertainty.

    Attributes
    ----------
    hit_rate, mean_net_return : MeanInterval
        Share of trades that earned after costs, and what one earned on average; both with the
        interval in which the truth lies with 90 %.
    trades : int
        Trades in the record.
    """

    hit_rate: MeanInterval
    mean_net_return: MeanInterval
    trades: int

    @classmethod
    def from_returns(cls, net_returns: FloatArray) -> "Expectation":
        """Measure a record of net returns, one a trade, in time order; at least one."""
        return cls(
            _hit_rate(net_returns > 0),
            mean_interval(net_returns, confidence=INTERVAL_CONFIDENCE),
            net_returns.size,
        )

    @classmethod
    def from_json(cls, record: Mapping[str, Any]) -> "Expectation":
        """Read what `to_json` wrote."""
        return cls(
            MeanInterval(**record["hit_rate"]),
            MeanInterval(**record["mean_net_return"]),
            int(record["trades"]),
        )

    def to_json(self) -> dict[str, Any]:
        """Plain numbers for a model's card."""
        return asdict(self)


def performance_drift(
    expectation: Expectation | None,
    net_returns: FloatArray,
    *,
    promised: FloatArray | None = None,
    min_trades: int = 30,
) -> pd.DataFrame:
    """Ask whether a model earns less than it gave reason to expect.

    Parameters
    ----------
    expectation : Expectation or None
        The out-of-sample record of the model; None where it never traded there.
    net_returns : ndarray of shape (n_trades,)
        What its ended, entered signals earned after costs, in time order.
    promised : ndarray of shape (n_promised,), optional
        The trades the expectation is of; without them nothing is watched trade by trade.
    min_trades : int, default=30
        Fewer on either side are not judged.

    Returns
    -------
    DataFrame
        Three rows, kind 'performance': 'hit_rate' and 'mean_net_return', with expected,
        expected_lower, realised, realised_upper, rows (trades now), status: 'drifted' where even
        realised_upper lies below expected_lower; and 'net_return_watched', with rows and status:
        'drifted' where the mean fell while trades came one after the other (sequential). Earning
        more than expected is not drift.
    """
    record = Expectation.from_returns(net_returns) if net_returns.size else None
    judged = (
        record is not None
        and expectation is not None
        and min(record.trades, expectation.trades) >= min_trades
    )
    rows = []
    for name in ("hit_rate", "mean_net_return"):
        expected: MeanInterval = getattr(expectation, name, _UNKNOWN)
        realised: MeanInterval = getattr(record, name, _UNKNOWN)
        status = "drifted" if realised.upper < expected.lower else "stable"
        rows.append(
            {
                "feature": name,
                "kind": "performance",
                "expected": expected.mean,
                "expected_lower": expected.lower,
                "realised": realised.mean,
                "realised_upper": realised.upper,
                "rows": net_returns.size,
                "status": status if judged else "insufficient",
            }
        )
    watched = judged and promised is not None
    fell = False
    if judged and promised is not None:
        fell = mean_rose(-np.concatenate([promised, net_returns]), known=promised.size)
    rows.append(
        {
            "feature": "net_return_watched",
            "kind": "performance",
            "rows": net_returns.size,
            "status": ("drifted" if fell else "stable") if watched else "insufficient",
        }
    )
    return pd.DataFrame(rows)


_UNKNOWN = MeanInterval(np.nan, np.nan, np.nan)


def _hit_rate(hits: npt.NDArray[np.bool_]) -> MeanInterval:
    # Wilson's interval: none of twenty hits is not a hit rate of exactly nothing.
    from scipy.stats import binomtest

    independent = hits.size / autocorrelation_time(hits.astype(np.float64))
    trials = max(1, round(independent))
    found = binomtest(round(trials * hits.mean()), trials).proportion_ci(
        INTERVAL_CONFIDENCE, "wilson"
    )
    return MeanInterval(float(found.low), float(hits.mean()), float(found.high))
