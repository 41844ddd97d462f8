"""One planted market, trained and judged as the platform would: what `evidence` counts.

Settings are those of the platform.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

import pandas as pd

from benchmarks.planted import (
    BAR,
    DAYS,
    FAINT,
    MIDDLING,
    NOISE,
    PAYABLE,
    START,
    UNPAYABLE,
    planted_market,
)
from traderai_assets.domain.features.month import month_features, warm_up_bars
from traderai_assets.domain.labels.outcomes import label_bars
from traderai_assets.domain.models.card import library_versions
from traderai_assets.domain.months import Month
from traderai_assets.domain.training.engine import train_model
from traderai_assets.domain.training.plan import TrainingPlan
from traderai_assets.plan import training_plan
from traderai_assets.settings import Settings

EDGES = {edge.name: edge for edge in (NOISE, PAYABLE, MIDDLING, FAINT, UNPAYABLE)}
ROOT = Path(__file__).parent.parent
# All code that has a say in a verdict
CODE = ("traderai_assets/domain", "benchmarks/planted.py", "benchmarks/judging.py")


@dataclass(frozen=True)
class Judged:
    """What became of one market.

    Attributes
    ----------
    best_trial_sharpe : float
        Annual Sharpe ratio of the best policy trial after costs, on the slices it was chosen by:
        what a search shows to whoever does not count its trials.
    test_sharpe : float
        Annual, after costs, on the test slices.
    """

    edge: str
    seed: int
    promotable: bool
    reasons: tuple[str, ...]
    information_coefficient: float
    best_trial_sharpe: float
    test_sharpe: float
    deflated_sharpe: float
    trades: int
    code: str

    def to_line(self) -> str:
        """One line of the journal."""
        return json.dumps(asdict(self))

    @classmethod
    def from_line(cls, line: str) -> "Judged":
        """Read back what `to_line` wrote."""
        told = json.loads(line)
        return cls(**{**told, "reasons": tuple(told["reasons"])})


def platform_plan() -> TrainingPlan:
    """Return the plan of a platform whose settings nobody has touched."""
    return training_plan(Settings())


def quick_plan() -> TrainingPlan:
    """Return a plan for the tests: the whole way, with fewer folds and trials."""
    plan = platform_plan()
    search = replace(plan.search, learner_trials=4, policy_trials=10, horizons=())
    return replace(plan, n_folds=3, rounds=100, learners=("lightgbm",), search=search)


def judge(edge: str, seed: int, plan: TrainingPlan) -> Judged:
    """Make a market, train on it and hear the verdict."""
    market = planted_market(EDGES[edge], seed, warm_up_bars=warm_up_bars())
    labels = label_bars(
        market.candles,
        bar=BAR,
        horizon_bars=plan.horizon_bars,
        multiple=plan.multiple,
        minimum_width=plan.minimum_width,
    )
    trained = train_model(
        month_features(market.candles, month=Month.of(START), bar=BAR),
        labels[labels["open_time"] >= pd.Timestamp(START)].drop(columns="barrier"),
        market.candles,
        plan=plan,
        bar=BAR,
        report=lambda _progress: None,
        inputs={"planted": f"{edge} {seed}"},
    )
    selection = trained.card["selection"]
    evidence: Mapping[str, Any] = selection["evidence"]
    return Judged(
        edge=edge,
        seed=seed,
        promotable=selection["promotable"],
        reasons=tuple(selection["reasons"]),
        information_coefficient=market.information_coefficient(plan.horizon_bars),
        best_trial_sharpe=_best(trained.card["search"]["policy_trials"]),
        test_sharpe=evidence["annual_sharpe"],
        deflated_sharpe=evidence["deflated_sharpe"],
        trades=evidence["trades"],
        code=code_of(plan),
    )


def _best(trials: list[dict[str, Any]]) -> float:
    return max(float(trial["value"]) for trial in trials if trial["value"] is not None)


def code_of(plan: TrainingPlan) -> str:
    """Hash of all that decides a verdict besides edge and seed."""
    libraries = library_versions(plan.learners, plan.search.sampler)
    told = json.dumps([plan.settings(), libraries, DAYS], sort_keys=True)
    return hashlib.sha256((_source() + told).encode()).hexdigest()[:12]


@cache
def _source() -> str:
    paths = [path for part in CODE for path in (ROOT / part, *sorted((ROOT / part).rglob("*.py")))]
    return "\n".join(path.read_text() for path in paths if path.is_file())
