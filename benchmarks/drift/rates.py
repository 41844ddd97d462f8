"""How often each kind of drift is called without drift, and found with it."""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import pandas as pd

from benchmarks.drift.series import (
    A_DAY,
    WEEK,
    autoregression,
    look_back_and_week,
    numbers,
    oracle_power,
)
from traderai_assets.domain.arrays import FloatArray
from traderai_assets.domain.drift.features import feature_drift, prediction_drift
from traderai_assets.domain.drift.matured import calibration_drift
from traderai_assets.domain.drift.multivariate import ThinnedSample, multivariate_drift
from traderai_assets.domain.drift.performance import Expectation, performance_drift
from traderai_assets.domain.drift.reference import ReferenceDistribution

BAR_RETURNS = 0.006
"""Deviation of one trade's net return."""


class Line(NamedTuple):
    """One rate beside what was demanded of it; `of` windows.

    Where theory allows less than was demanded, `limit`, that is demanded instead.
    """

    what: str
    rate: float
    of: int
    least: float | None = None
    most: float | None = None
    limit: float | None = None

    def __str__(self) -> str:
        """One line for people, PASS or FAIL before it."""
        least = self.least
        if least is not None and self.limit is not None:
            least = min(least, self.limit)
        met = least is None or self.rate >= least
        met &= self.most is None or self.rate <= self.most
        bound = f"at least {self.least:.0%}" if self.least is not None else ""
        bound = f"at most {self.most:.0%}" if self.most is not None else bound
        told = f"; the best test that knows the series: {self.limit:.1%}" if self.limit else ""
        verdict = "PASS" if met else "FAIL"
        return f"{verdict}: {self.what}: {self.rate:.1%} of {self.of} ({bound}{told})"


def feature_lines(runs: int) -> list[Line]:
    """AR(1) features against look-backs of 30 and 180 days; false alarms and one deviation."""
    found = []
    for days in (30, 180):
        for memory, least in ((0.95, 0.9), (0.99, 0.6), (0.999, 0.3)):
            rng = np.random.default_rng([days, round(1_000 * memory)])
            count = runs if days == 30 else max(1, runs // 2)
            pairs = [look_back_and_week(days, memory, rng) for _ in range(count)]
            for shift in (0.0, 1.0):
                rate = float(np.mean([_drifted(*pair, shift) for pair in pairs]))
                what = f"AR(1) {memory}, {days} days, shift {shift:.0f} sd, 2,016 rows"
                if shift:
                    limit = oracle_power(days, memory)
                    found.append(Line(what, rate, count, least=least, limit=limit))
                else:
                    found.append(Line(what, rate, count, most=0.05))
    return found


def subsampling_lines(runs: int) -> list[Line]:
    """T7: the same verdict where only a tenth of the rows is there."""
    rng = np.random.default_rng(7)
    same = []
    for number in range(runs):
        look_back, week = look_back_and_week(30, 0.95, rng)
        whole, tenth = (_status(look_back, week, float(number % 3), every) for every in (1, 10))
        same.append(whole == tenth)
    return [Line("T7: same verdict of a tenth of the rows", float(np.mean(same)), runs, least=0.95)]


def performance_lines(runs: int) -> list[Line]:
    """T8: from +10 to -10 basis points a trade, 120 trades before and 200 after."""
    found = []
    for what, mean in (("no change", 0.001), ("+10 to -10 bp", -0.001)):
        rng = np.random.default_rng(8)
        alarms = []
        for _ in range(runs):
            promised = rng.normal(0.001, BAR_RETURNS, 120)
            earned = rng.normal(mean, BAR_RETURNS, 200)
            table = performance_drift(Expectation.from_returns(promised), earned, promised=promised)
            alarms.append(bool((table["status"] == "drifted").any()))
        bounds = (0.7, None) if mean < 0 else (None, 0.05)
        found.append(Line(f"T8: performance, {what}", float(np.mean(alarms)), runs, *bounds))
    return found


def prediction_lines(runs: int) -> list[Line]:
    """T8: +2 deviations on a model's own forecasts, 15 days of them by one calibration."""
    found = []
    for what, shift in (("no change", 0.0), ("+2 sd", 2.0)):
        rng = np.random.default_rng(9)
        alarms = []
        for _ in range(runs):
            odds = autoregression(15 * A_DAY + WEEK, 0.95, rng) * 0.1
            said = 1 / (1 + np.exp(-odds))
            tests, week = said[: 15 * A_DAY], said[-WEEK:] + shift * said[: 15 * A_DAY].std()
            reference = ReferenceDistribution.from_sample(tests, days=numbers(tests.size))
            table = prediction_drift(reference, week, days=numbers(WEEK))
            alarms.append(table["status"].item() == "drifted")
        bounds = (0.9, None) if shift else (None, 0.05)
        found.append(Line(f"T8: predictions, {what}", float(np.mean(alarms)), runs, *bounds))
    return found


def calibration_lines(runs: int) -> list[Line]:
    """Fourteen matured days, labels that overlap by twelve bars."""

    def alarm(bias: float, rng: np.random.Generator) -> bool:
        said = rng.uniform(0.4, 0.6, 14 * A_DAY)
        # Overlapping labels: neighbours share twelve bars of luck
        luck = np.convolve(rng.normal(size=said.size + 11), np.full(12, 12**-0.5), "valid")
        from scipy.stats import norm

        up = (norm.cdf(luck) < said + bias).astype(np.float64)
        table = calibration_drift(said, up, numbers(said.size))
        return bool((table["status"] == "drifted").any())

    return _pair("calibration, 14 days", alarm, (0.0, 0.1), runs, least=0.6)


def multivariate_lines(runs: int) -> list[Line]:
    """Twelve features of memory .95; two of them begin to move together."""

    def alarm(together: float, rng: np.random.Generator) -> bool:
        days = 180
        pairs = [look_back_and_week(days, 0.95, rng) for _ in range(12)]
        look_back, week = (np.column_stack([pair[place] for pair in pairs]) for place in (0, 1))
        week[:, 1] = together * week[:, 0] + np.sqrt(1 - together**2) * week[:, 1]
        names = [f"f{number}" for number in range(12)]
        grids = [np.quantile(column, np.linspace(0, 1, 101)) for column in look_back.T]
        sample = ThinnedSample.of(names, look_back, numbers(len(look_back)), grids)
        opened = pd.date_range("2026-01-01", periods=WEEK, freq="5min", tz="UTC").as_unit("ms")
        frame = pd.DataFrame(week, columns=names).assign(open_time=opened)
        table = multivariate_drift(sample, frame, dict(zip(names, grids, strict=True)))
        return table["status"].item() == "drifted"

    return _pair("multivariate, 180 days", alarm, (0.0, 0.9), max(1, runs // 4), least=0.8)


def _pair(
    what: str,
    alarm: Callable[[float, np.random.Generator], bool],
    strengths: tuple[float, float],
    runs: int,
    *,
    least: float,
) -> list[Line]:
    found = []
    for strength, bounds in zip(strengths, ((None, 0.05), (least, None)), strict=True):
        rng = np.random.default_rng(10)
        rate = float(np.mean([alarm(strength, rng) for _ in range(runs)]))
        found.append(Line(f"{what}, change of {strength}", rate, runs, *bounds))
    return found


def _drifted(look_back: FloatArray, week: FloatArray, shift: float) -> bool:
    return _status(look_back, week, shift, 1) == "drifted"


def _status(look_back: FloatArray, week: FloatArray, shift: float, every: int) -> str:
    reference = ReferenceDistribution.from_sample(look_back, days=numbers(look_back.size))
    opened = pd.date_range("2026-01-01", periods=WEEK, freq="5min", tz="UTC").as_unit("ms")
    frame = pd.DataFrame({"x": week + shift, "open_time": opened}).iloc[::every]
    return str(feature_drift({"x": reference}, frame)["status"].item())
