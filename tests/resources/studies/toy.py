"""A search whose outcome depends on nothing but its settings."""

import math

from traderai_assets.domain.search.pruning import MedianRule
from traderai_assets.domain.search.space import Choices, Dimension, Space
from traderai_assets.domain.search.study import run_search
from traderai_assets.domain.search.trial import Outcome

MARKET = "binance.BTC-USDT.5m"
MONTH = "2026-03"
FOLDS = 4
TRIALS = 16

SPACE = Space(
    (
        Dimension("rate", 0.001, 1.0, default=0.1, log=True),
        Dimension("leaves", 4, 64, default=16, whole=True),
        Dimension("margin", 0.0, 2.0, default=0.0),
        Choices("horizon", (12, 48, 96), default=48),
    )
)


def toy_search(storage, sampler="tpe", n_trials=TRIALS, name="study", at_fold=lambda: None):
    def evaluate(parameters, report_fold):
        height = -abs(math.log10(parameters["rate"]) + 2.0) - abs(parameters["leaves"] - 30) / 30
        for fold in range(FOLDS):
            at_fold()
            report_fold(fold, height + 0.1 * math.sin(fold + 100.0 * parameters["margin"]))
        return Outcome(height, {"bars": (0, parameters["horizon"])})

    return run_search(
        storage,
        name=name,
        space=SPACE,
        evaluate=evaluate,
        n_trials=n_trials,
        seed=7,
        sampler=sampler,
        pruning=MedianRule(startup_trials=3, n_folds=FOLDS),
    )
