import math

import pytest

from traderai_assets.domain.search.space import Choices, Dimension, Space
from traderai_assets.domain.search.study import run_search
from traderai_assets.domain.search.trial import Outcome


@pytest.fixture(scope="session")
def space():
    return Space(
        (
            Dimension("rate", 0.001, 1.0, default=0.1, log=True),
            Dimension("leaves", 4, 64, default=16, whole=True),
            Dimension("margin", 0.0, 2.0, default=0.0),
            Choices("horizon", (12, 48, 96), default=48),
        )
    )


def bowl(parameters, report_fold):
    """Highest, at 0, where rate is 0.01, leaves 30, margin 1 and the horizon 12."""
    height = -abs(math.log10(parameters["rate"]) + 2.0) - abs(parameters["leaves"] - 30) / 30.0
    height -= (parameters["margin"] - 1.0) ** 2 + 0.1 * (parameters["horizon"] != 12)
    for fold in range(4):
        report_fold(fold, height + 0.01 * math.sin(fold + 100.0 * parameters["margin"]))
    return Outcome(height, {"leaves": parameters["leaves"]})


@pytest.fixture(scope="session")
def evaluate():
    return bowl


@pytest.fixture
def search(space):
    """Run a search over `space`, in memory unless told otherwise."""

    def run(storage=None, **changes):
        settings = {
            "name": "study",
            "space": space,
            "evaluate": bowl,
            "n_trials": 8,
            "seed": 7,
        }
        return run_search(storage, **{**settings, **changes})

    return run
