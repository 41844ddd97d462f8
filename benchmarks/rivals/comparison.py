"""Rivals side by side: means over market-months, and differences with what they may be by chance.

Markets move together, so the months are drawn, each with all of its markets. Resampled means of few
months lie too close together (of 13, an interval of 95 % holds the truth in 90 of 100 cases, of 4
in 80), so their distance from the mean is widened as Student's t has it.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.stats import norm, t

from benchmarks.table import markdown
from traderai_assets.domain.arrays import FloatArray
from traderai_assets.domain.statistics.bootstrap import MeanInterval

CONFIDENCE = 0.95
RESAMPLES = 10_000


@dataclass(frozen=True)
class Measure:
    """How a measure is called and written, and which way is better."""

    column: str
    title: str
    digits: int
    rises: bool = True
    scale: float = 1.0

    def text(self, value: float, *, signed: bool = False) -> str:
        """Write a value, a dash where it was not measured."""
        if np.isnan(value):
            return "-"
        return f"{value * self.scale:{'+' if signed else ''}.{self.digits}f}"


MEASURES = (
    Measure("auc", "AUC", 4),
    Measure("ic", "IC", 4),
    Measure("rank_ic", "rank IC", 4),
    Measure("log_loss", "log-loss over base rate", 4, rises=False),
    Measure("calibration_error", "calibration error", 3, rises=False),
    Measure("net_return", "net return, %", 2, scale=100.0),
    Measure("net_sharpe", "net Sharpe", 1),
)
TRADES = Measure("trades", "trades", 0)
CPU = Measure("cpu_seconds", "CPU, s", 1, rises=False)


@dataclass(frozen=True)
class Difference:
    """Of one measure, what was taken from what, over the market-months of a group."""

    measure: Measure
    rival: str
    interval: MeanInterval

    @property
    def gain(self) -> tuple[float, float, float]:
        """Lower bound, mean and upper bound of how much better the first is."""
        bounds = self.interval.lower, self.interval.mean, self.interval.upper
        lower, mean, upper = bounds if self.measure.rises else [-value for value in bounds[::-1]]
        return lower, mean, upper

    @property
    def verdict(self) -> str:
        """Ahead or behind where the interval holds no 0, else open."""
        lower, _, upper = self.gain
        if lower > 0:
            return "ahead"
        return "behind" if upper < 0 else "open"

    @property
    def text(self) -> str:
        """Mean difference and its interval, in the measure's own unit."""
        written = [
            self.measure.text(value, signed=True)
            for value in (self.interval.mean, self.interval.lower, self.interval.upper)
        ]
        return f"{written[0]} ({written[1]} to {written[2]})"


def means_table(measured: pd.DataFrame, rivals: Sequence[str]) -> str:
    """Write a row for each rival: means over market-months, of the CPU the median."""
    rows = [["", *(measure.title for measure in (*MEASURES, TRADES, CPU))]]
    for rival in rivals:
        own = measured[measured["rival"] == rival]
        values = [(measure, own[measure.column].mean()) for measure in (*MEASURES, TRADES)]
        # The first month of a process also loads what was compiled
        values.append((CPU, own[CPU.column].median()))
        rows.append([rival, *(measure.text(value) for measure, value in values)])
    return markdown(rows)


def differences(measured: pd.DataFrame, base: str, rivals: Sequence[str]) -> list[Difference]:
    """Take each rival from the base, market-month by market-month, in every measure both have."""
    of = {rival: own.set_index(["block", "market"]) for rival, own in measured.groupby("rival")}
    found = []
    for rival in rivals:
        if rival == base:
            continue
        for measure in MEASURES:
            pairs = (of[base][measure.column] - of[rival][measure.column]).dropna()
            if len(pairs):
                blocks = pairs.index.get_level_values("block").to_numpy()
                interval = block_interval(pairs.to_numpy(np.float64), blocks)
                found.append(Difference(measure, rival, interval))
    return found


def differences_table(found: Sequence[Difference]) -> str:
    """Write a row for each rival, a column for each measure, verdicts beside the numbers."""
    rows = [["less", *(measure.title for measure in MEASURES)]]
    for rival in dict.fromkeys(difference.rival for difference in found):
        own = {each.measure: each for each in found if each.rival == rival}
        rows.append(
            [rival, *(_cell(own[measure]) if measure in own else "-" for measure in MEASURES)]
        )
    return markdown(rows)


def block_interval(values: FloatArray, blocks: np.ndarray, *, seed: int = 0) -> MeanInterval:
    """Bracket a mean by those of resamples that draw whole blocks.

    Parameters
    ----------
    values : ndarray of shape (n_values,)
        Finite.
    blocks : ndarray of shape (n_values,)
        To which block each belongs; those of one block are drawn together.
    seed : int, default=0
        Same seed, same bounds.

    Returns
    -------
    MeanInterval
        Of 95 %; without bounds where there is one block.
    """
    _, block = np.unique(blocks, return_inverse=True)
    sums, counts = np.bincount(block, weights=values), np.bincount(block)
    mean, n_blocks = float(values.mean()), len(sums)
    if n_blocks == 1:
        return MeanInterval(-np.inf, mean, np.inf)
    drawn = np.random.default_rng(seed).integers(0, n_blocks, (RESAMPLES, n_blocks))
    means = sums[drawn].sum(axis=1) / counts[drawn].sum(axis=1)
    outside = (1.0 - CONFIDENCE) / 2.0
    lower, upper = np.quantile(means, [outside, 1.0 - outside])
    quantiles = t.ppf(1.0 - outside, n_blocks - 1) / norm.ppf(1.0 - outside)
    wider = float(quantiles * np.sqrt(n_blocks / (n_blocks - 1)))
    return MeanInterval(mean + wider * (lower - mean), mean, mean + wider * (upper - mean))


def _cell(difference: Difference) -> str:
    verdict = difference.verdict
    told = {"ahead": ", ahead", "behind": ", **behind**", "open": ""}[verdict]
    return difference.text + told
