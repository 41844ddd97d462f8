"""Policy: what to do with a probability, given what acting on it has earned and what it costs."""

import math
from dataclasses import dataclass

import numpy as np

from traderai_assets.domain.arrays import FloatArray
from traderai_assets.domain.backtest.bars import Decisions
from traderai_assets.domain.errors import InvalidInput, InvalidSettings
from traderai_assets.domain.statistics.truncated import median_excess

LIMITS = {
    "margin": (0.0, 5.0),
    "target": (0.25, 4.0),
    "stop": (0.25, 4.0),
    "full_size_edge": (0.0, 1.0),
}
"""The least and the most that each number of a policy may be."""


@dataclass(frozen=True)
class Policy:
    """When to act, how far to let it run, and with how much.

    Attributes
    ----------
    margin : float
        Return asked for beyond the costs, in round-trip costs, 0 to 5.
    target, stop : float
        Distance of target and stop from the entry, in barrier widths, 0.25 to 4.
    full_size_edge : float
        Edge |2p - 1| at which the whole account is put in, less of it in proportion below; 0 to 1,
        where 0 puts the whole account into everything.
    """

    margin: float = 0.0
    target: float = 1.0
    stop: float = 1.0
    full_size_edge: float = 0.0

    def __post_init__(self) -> None:
        for name, (least, most) in LIMITS.items():
            value = getattr(self, name)
            if not least <= value <= most:
                raise InvalidSettings(f"policy {name} {value}; expected {least} to {most}")


@dataclass(frozen=True)
class Pricing:
    """What acting by a policy has returned before costs, on rows no model had learnt from.

    A forecast is 2 p - 1, from -1 to 1; the return of the side it names grows with it along a line
    through 0, and is told in barrier widths.

    Attributes
    ----------
    slope : float
        Gross return a unit of forecast, as likely too high as too low for the best of all policies
        tried: what a decision promises, less what is luck in having been decided.
    lower : float
        Its lower bound, for the best of all policies tried: what a decision counts on. 0 where
        nothing is known.
    error : float
        Standard error of the slope, at least 0.
    """

    slope: float = 0.0
    lower: float = 0.0
    error: float = 0.0

    def __post_init__(self) -> None:
        for name in ("slope", "lower", "error"):
            value = getattr(self, name)
            if not math.isfinite(value) or (name != "slope" and value < 0.0):
                raise InvalidSettings(
                    f"pricing {name} {value}; expected a finite number, at least 0 for lower "
                    "and error"
                )

    def promised(self, probability: FloatArray, width: FloatArray, hurdle: float) -> FloatArray:
        """Gross return promised to the likelier side of each bar that is taken.

        A bar is taken where lower * |2 p - 1| * width exceeds the hurdle, so only if the slope was
        estimated high enough for this very bar. The less it had to spare, the more of it is luck:
        what is promised is right at even odds among estimates that are high enough. It is never
        less than what the decision counts on.

        Parameters
        ----------
        probability, width : ndarray of shape (n_bars,)
            Calibrated probability, and barrier width as a fraction of the price; NaN where unknown.
        hurdle : float
            What had to be exceeded, fraction of price: round-trip cost times 1 + margin.

        Returns
        -------
        ndarray of shape (n_bars,)
            Fraction of price; NaN where probability or width is.
        """
        reach = np.abs(2.0 * probability - 1.0) * width
        if not self.error:
            return max(self.slope, self.lower) * reach
        needed = np.full(reach.shape, np.inf)
        np.divide(hurdle, reach, out=needed, where=reach > 0.0)
        luck = self.error * median_excess((self.lower - needed) / self.error)
        return np.maximum(self.slope - luck, self.lower) * reach


UNKNOWN = Pricing()
"""Nothing is known, so nothing is done."""


def decide(
    probability: FloatArray,
    width: FloatArray,
    *,
    cost: float,
    policy: Policy,
    pricing: Pricing,
    horizon_bars: int,
) -> Decisions:
    """Decide at each bar: the likelier side where what is counted on pays costs and margin.

    That is where pricing.lower * |2 p - 1| * width > cost (1 + margin): long above one half, short
    below. What is decided of 1 - p is the mirror of what is decided of p. No side where an input is
    NaN, or target or stop is the whole price: no short could ever earn it.

    Parameters
    ----------
    probability : ndarray of shape (n_bars,)
        Calibrated probability that the upper barrier comes first; NaN where unknown.
    width : ndarray of shape (n_bars,)
        Barrier width as a fraction of the price; NaN where unknown.
    cost : float
        Fees, spread and slippage of entry and exit together, fraction of price.
    policy : Policy
    pricing : Pricing
        Of trades of this very policy over these very horizons.
    horizon_bars : int
        Bars from the decision to the time exit.

    Raises
    ------
    InvalidInput
        If the arrays differ in length.
    """
    if probability.shape != width.shape or probability.ndim != 1:
        raise InvalidInput(
            f"probabilities of shape {probability.shape} beside widths of shape {width.shape}; "
            "expected one of each per bar"
        )
    # The kernel of `backtest.account_kernel.decide_rows` has the same lines: to the bit.
    target, stop = policy.target * width, policy.stop * width
    hurdle = cost * (1.0 + policy.margin)
    # Of 1 - p and of p the same two numbers: otherwise a rounding would decide the mirror otherwise
    fall = 1.0 - probability
    rise = 1.0 - fall
    forecast = np.abs(rise - fall)
    pays = pricing.lower * forecast * width > hurdle
    possible = pays & (target < 1.0) & (stop < 1.0)
    side = (possible & (rise > fall)).astype(np.int8) - (possible & (fall > rise)).astype(np.int8)
    size = np.ones(probability.size)
    if policy.full_size_edge > 0:
        with np.errstate(over="ignore"):  # Beyond all numbers is the whole account
            edge = forecast / policy.full_size_edge
        size = np.where(side != 0, np.minimum(1.0, edge), 1.0)
    horizon = np.full(probability.size, horizon_bars, np.int64)
    return Decisions(side, target, stop, size, horizon)
