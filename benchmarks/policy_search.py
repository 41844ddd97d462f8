"""A search over trading policies, study and all, against a pandas loop over candles.

The loop is what the earlier system's times look like (350 s for 20 trials on 8,600 candles, 2 ms a
candle): at every candle it cuts a window out of the frame, computes its indicators anew and looks
only at their last values. Each trial is a new backtest of all of it.
"""

from dataclasses import dataclass
from time import perf_counter

import numpy as np
import pandas as pd

from benchmarks.planted import BAR
from benchmarks.table import Ratio, at_least, best_of
from traderai_assets.domain.arrays import FloatArray
from traderai_assets.domain.backtest.bars import Bars
from traderai_assets.domain.backtest.costs import Costs
from traderai_assets.domain.backtest.policy import Policy
from traderai_assets.domain.labels.outcomes import label_bars
from traderai_assets.domain.search.trials import Trials
from traderai_assets.domain.training.dataset import LookBackData, gather_look_back
from traderai_assets.domain.training.known_tests import KnownTests
from traderai_assets.domain.training.out_of_fold import Configuration
from traderai_assets.domain.training.plan import TrainingPlan
from traderai_assets.domain.training.policy_pricing import PolicyPricing
from traderai_assets.domain.training.policy_search import PolicySearch, ScoredTest
from traderai_assets.domain.training.progress import ProgressMeter
from traderai_assets.domain.training.search_plan import SearchPlan

BARS, TRIALS, HORIZON = 8_640, 20, 12
WINDOW = 100
BOUND = 1000.0
COSTS = Costs(0.0005, 0.0001)


def measure_search(candles: pd.DataFrame, *, quick: bool) -> Ratio:
    """Time both; the loop on some candles of one trial, for its cost a candle is constant."""
    candles = candles.tail(BARS).reset_index(drop=True)
    dice = np.random.default_rng(7)
    probability = np.clip(0.5 + 0.1 * dice.standard_normal(BARS), 0.0, 1.0)
    plan = TrainingPlan(
        horizon_bars=HORIZON,
        costs=COSTS,
        n_folds=1,
        search=SearchPlan(policy_trials=TRIALS, horizons=(), combinatorial_groups=0),
    )
    labels = label_bars(candles, bar=BAR, horizon_bars=HORIZON, multiple=1.0)
    features = candles[["open_time"]].assign(said=probability)
    data = gather_look_back(features, labels, candles, plan=plan, bar=BAR)

    def ours() -> Trials:
        meter = ProgressMeter(lambda _progress: None, 1, 1, 1)
        search = PolicySearch(*said_alike(data, plan), plan, BAR, meter)
        search.run()
        return search.trials

    ours()  # Compiled kernels are read from numba's cache
    looped = 100 if quick else 500
    loop = PandasLoop(candles.head(WINDOW + looped), probability)
    started = perf_counter()
    loop.run(Policy())
    peer = (perf_counter() - started) / looped * BARS * TRIALS
    (own,) = best_of(2 if quick else 5, ours)
    return Ratio(
        f"{TRIALS}-trial policy search, {BARS} bars",
        "run_search and evaluate_policies",
        "pandas loop, window recomputed at every candle",
        own,
        peer,
        at_least(BOUND),
        peer >= BOUND * own,
        f"the loop timed on {looped} candles of one trial ({peer / TRIALS / BARS * 1000:.1f} ms a "
        f"candle) and multiplied",
    )


def said_alike(data: LookBackData, plan: TrainingPlan) -> tuple[list[ScoredTest], PolicyPricing]:
    """One test of all bars, whose trades are priced by what as many bars returned."""
    rows = data.rows[plan.labelling]
    said, width = rows.features[:, 0], rows.frame["width"].to_numpy(np.float64)
    settled = np.concatenate([fold.settled for fold in data.folds[plan.labelling]])
    configuration = Configuration(plan.labelling, {})
    until = int(rows.end_ms.max()) + 1
    known = KnownTests(1, configuration, settled, {}, 2.0 * said[settled] - 1.0, until)
    inside = data.candles["open_time"].isin(rows.frame["open_time"])
    bars = Bars.of(data.candles[inside])
    test = ScoredTest(bars, said, width, np.empty(0, np.int64))
    return [test], PolicyPricing(data, [known, known], confidence=plan.confidence, seed=plan.seed)


@dataclass
class PandasLoop:
    """A backtest as it is often written first."""

    candles: pd.DataFrame
    probability: FloatArray

    def run(self, policy: Policy) -> pd.DataFrame:
        """Go through the candles; return equity by candle."""
        rows, account, position = [], 1.0, None
        for number in range(WINDOW, len(self.candles)):
            window = indicators(self.candles.iloc[number - WINDOW : number])
            known, candle = window.iloc[-1], self.candles.iloc[number]
            if position is not None:
                exit_price = self._exit(position, candle, number)
                if exit_price is not None:
                    gained = position["side"] * (exit_price / position["entry"] - 1.0)
                    account *= 1.0 + gained - COSTS.round_trip
                    position = None
            if position is None:
                position = self._entry(policy, known, candle, number)
            rows.append({"open_time": candle["open_time"], "equity": account})
        return pd.DataFrame(rows)

    def _entry(
        self, policy: Policy, known: pd.Series, candle: pd.Series, number: int
    ) -> dict[str, float] | None:
        width = known["deviation"] * np.sqrt(HORIZON)
        rise = self.probability[number - 1]
        target, stop = policy.target * width, policy.stop * width
        hurdle = COSTS.round_trip * (1.0 + policy.margin)
        for side, forecast in ((1, 2.0 * rise - 1.0), (-1, 1.0 - 2.0 * rise)):
            if forecast * width > hurdle:
                entry = candle["open"]
                return {
                    "side": side,
                    "entry": entry,
                    "target": entry * (1.0 + side * target),
                    "stop": entry * (1.0 - side * stop),
                    "until": number + HORIZON,
                }
        return None

    def _exit(self, position: dict[str, float], candle: pd.Series, number: int) -> float | None:
        side = position["side"]
        worst, best = (
            (candle["low"], candle["high"]) if side > 0 else (candle["high"], candle["low"])
        )
        if side * worst <= side * position["stop"]:
            return position["stop"]
        if side * best >= side * position["target"]:
            return position["target"]
        return candle["close"] if number >= position["until"] else None


def indicators(window: pd.DataFrame) -> pd.DataFrame:
    """A handful of indicators over the whole window."""
    close, returns = window["close"], window["close"].pct_change()
    rises, falls = returns.clip(lower=0.0), -returns.clip(upper=0.0)
    fast, slow = close.ewm(span=12).mean(), close.ewm(span=26).mean()
    return pd.DataFrame(
        {
            "deviation": returns.rolling(48).std(),
            "mean": close.rolling(20).mean(),
            "strength": rises.rolling(14).mean() / (rises + falls).rolling(14).mean(),
            "macd": fast - slow,
            "signal": (fast - slow).ewm(span=9).mean(),
            "range": (window["high"] - window["low"]).rolling(14).mean(),
            "volume": window["volume"] / window["volume"].rolling(48).mean(),
        }
    )
