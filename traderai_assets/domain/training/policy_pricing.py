"""Pricing: what a side is worth under a policy, by trades of that policy on earlier tests.

The return of a forecast's side grows with the forecast along a line through 0; its slope is what a
decision promises, less what is luck in having been chosen and decided; the slope's lower bound is
what it counts on. Target, stop and time exits are all in it, as the walk of single positions has
them.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from traderai_assets.domain.arrays import IntArray, milliseconds
from traderai_assets.domain.backtest.bars import Bars
from traderai_assets.domain.backtest.held_returns import HeldReturns, held_returns
from traderai_assets.domain.backtest.policy import Policy, Pricing
from traderai_assets.domain.candles.segments import segment_starts
from traderai_assets.domain.models.sample import LabelledRows
from traderai_assets.domain.statistics.slopes import BlockSums, Slopes, bounded_slopes
from traderai_assets.domain.training.dataset import LookBackData
from traderai_assets.domain.training.known_tests import KnownTests
from traderai_assets.domain.training.labelling import Labelling

# A position lives for a horizon, through which neighbouring blocks are tied. With four horizons a
# block one in a hundred driftless markets is taken for another at 99 %, as is asked; where that
# makes too few blocks to be sure of anything, shorter ones, down to two.
MOST_HORIZONS, LEAST_HORIZONS, ENOUGH_BLOCKS = 4, 2, 20


@dataclass(frozen=True)
class Priced:
    """A policy, what its sides are worth, and what that rests on.

    Attributes
    ----------
    statistic, critical : float
        How far the policy's slope is from nothing, and how far the best of all tried comes by luck.
    blocks : int
        Blocks of time with a trade that is known.
    """

    policy: Policy
    pricing: Pricing
    statistic: float
    critical: float
    blocks: int


class PolicyPricing:
    """Prices policies at each fold.

    Parameters
    ----------
    known : sequence of KnownTests
        Of folds 1 to the last, and of the model that serves, which is the fold after it.
    confidence : float
        With which the bounds are below the slopes, whichever of all policies is taken.
    seed : int
        Of the draws behind the bounds.
    """

    def __init__(
        self, data: LookBackData, known: Sequence[KnownTests], *, confidence: float, seed: int
    ) -> None:
        self._confidence = confidence
        self._seed = seed
        market = _Market(data)
        self._stages = [_Stage(part, market) for part in known]
        self._sums: dict[tuple[float, float, int], BlockSums] = {}
        self._alone: dict[tuple[float, float, int], Pricing] = {}

    def labelling(self, fold: int) -> Labelling:
        """Labels of what is fitted on a fold."""
        return self._stages[fold - 1].labelling

    def alone(self, policy: Policy, fold: int) -> Pricing:
        """Price a policy at fold `fold` as if no other had been tried."""
        key = policy.target, policy.stop, fold
        if key not in self._alone:
            slopes = self._slopes([policy], fold)
            self._alone[key] = _pricing(slopes, 0)
        return self._alone[key]

    def of_all(self, policies: Sequence[Policy], chosen: Policy, fold: int) -> Priced:
        """Price the one that was chosen of all that were tried."""
        slopes, at = self._slopes(policies, fold), policies.index(chosen)
        return Priced(
            chosen,
            _pricing(slopes, at),
            float(slopes.statistic[at]),
            slopes.critical,
            slopes.blocks,
        )

    def _slopes(self, policies: Sequence[Policy], fold: int) -> Slopes:
        sums = BlockSums.joined([self._sums_of(policy, fold) for policy in policies])
        return bounded_slopes(sums, confidence=self._confidence, seed=self._seed)

    def _sums_of(self, policy: Policy, fold: int) -> BlockSums:
        key = policy.target, policy.stop, fold
        if key not in self._sums:
            self._sums[key] = self._stages[fold - 1].sums(policy)
        return self._sums[key]


def _pricing(slopes: Slopes, at: int) -> Pricing:
    return Pricing(*(float(of[at]) for of in (slopes.fair, slopes.lower, slopes.error)))


class _Market:
    """The look-back's bars, and what both sides returned from each settled row under a policy."""

    def __init__(self, data: LookBackData) -> None:
        self._data = data
        self._bars = Bars.of(data.candles)
        self._starts = segment_starts(data.candles)
        self._held: dict[tuple[Labelling, float, float], HeldReturns] = {}

    def block_of(self, labelling: Labelling, open_ms: IntArray) -> IntArray:
        """Number of the block of time of each row, from 0."""
        horizon_ms = labelling.horizon_bars * milliseconds(self._data.bar)
        share = int(open_ms[-1] - open_ms[0]) // ENOUGH_BLOCKS
        block_ms = min(max(share, LEAST_HORIZONS * horizon_ms), MOST_HORIZONS * horizon_ms)
        numbers = np.unique(open_ms // block_ms, return_inverse=True)[1]
        return np.asarray(numbers, dtype=np.int64)

    def rows_of(self, labelling: Labelling) -> LabelledRows:
        """Rows under these labels."""
        return self._data.rows[labelling]

    def held(self, labelling: Labelling, policy: Policy) -> HeldReturns:
        """What both sides returned from each settled row of all tests."""
        key = labelling, policy.target, policy.stop
        if key not in self._held:
            rows = self._data.rows[labelling]
            settled = np.concatenate([fold.settled for fold in self._data.folds[labelling]])
            width = rows.frame["width"].to_numpy(np.float64)[settled]
            self._held[key] = held_returns(
                self._bars,
                np.searchsorted(self._bars.open_time, rows.open_ms[settled]),
                target=policy.target * width,
                stop=policy.stop * width,
                horizon_bars=labelling.horizon_bars,
                bar=self._data.bar,
                starts=self._starts,
            )
        return self._held[key]


class _Stage:
    """What is known before one test, and how a policy's trades are summed over it."""

    def __init__(self, known: KnownTests, market: _Market) -> None:
        self.labelling = known.configuration.labelling
        self._market = market
        self._until_ms = known.until_ms
        rows = market.rows_of(self.labelling)
        self._forecast = np.abs(known.forecast)
        self._side = np.sign(known.forecast).astype(np.int8)
        self._width = rows.frame["width"].to_numpy(np.float64)[known.rows]
        self._block = market.block_of(self.labelling, rows.open_ms[known.rows])

    def sums(self, policy: Policy) -> BlockSums:
        """Forecast times return of the side forecast, in widths, a block."""
        held = self._market.held(self.labelling, policy)
        known = slice(len(self._side))  # Settled rows of earlier tests come first
        returned = HeldReturns(held.long[known], held.short[known], held.end_ms[known])
        gross = returned.of_side(self._side) / self._width
        gross[returned.end_ms >= self._until_ms] = np.nan
        return BlockSums.of(self._forecast, gross, self._block)
