"""The page of `make evidence`: what was demanded, what came out, and of what."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

from benchmarks.judging import Judged
from benchmarks.machine import machine, versions
from benchmarks.planted import DAYS, Edge
from benchmarks.table import markdown
from traderai_assets.domain.training.plan import TrainingPlan

LIBRARIES = ("numpy", "pandas", "numba", "scipy", "lightgbm", "xgboost-cpu", "optuna", "ta-lib")


@dataclass(frozen=True)
class Demand:
    """Of so many markets of one kind, how many models may be, or must be, promotable."""

    edge: Edge
    markets: int
    at_least: int = 0
    at_most: int | None = None
    first_seed: int = 0

    @property
    def seeds(self) -> range:
        """Which markets of the kind."""
        return range(self.first_seed, self.first_seed + self.markets)

    def of(self, verdicts: Sequence[Judged]) -> list[Judged]:
        """The verdicts on this kind of market."""
        return [judged for judged in verdicts if judged.edge == self.edge.name]

    def met(self, verdicts: Sequence[Judged]) -> bool:
        """Whether every market was judged and as few, or as many, are promotable as demanded."""
        own = self.of(verdicts)
        promotable = sum(judged.promotable for judged in own)
        most = self.markets if self.at_most is None else self.at_most
        return len(own) == self.markets and self.at_least <= promotable <= most

    @property
    def text(self) -> str:
        """What is demanded, in words."""
        if self.at_most is not None:
            return f"at most {self.at_most}"
        return f"at least {self.at_least}" if self.at_least else "nothing"


def evidence_page(demands: Sequence[Demand], verdicts: Sequence[Judged], plan: TrainingPlan) -> str:
    """Write the page as markdown."""
    search = plan.search
    return f"""# Evidence

Written by `make evidence`; do not edit. Markets are made by `benchmarks/planted.py`, where it is
known what can be forecast. Each is {DAYS} days of 5-minute bars, and each model goes the whole way:
{search.learner_trials} learner trials, {search.policy_trials} policy trials, {plan.n_folds} folds,
costs of {plan.costs.round_trip * 10_000:.0f} basis points a round trip, then the bar of
`domain/selection`.

{_counts(demands, verdicts)}

"Raw best above 1" counts the markets on which the best policy trial showed an annual Sharpe ratio
above 1 after costs, on the slices it was chosen by: what a search shows to whoever does not count
its trials. The information coefficient is the correlation of the planted pressure at a bar's close
with the return of the next {plan.horizon_bars} bars: the most that anybody could know. Sharpe
ratios are annual, after costs, medians over the markets.

## What refused the others

{_refusals(demands, verdicts)}

## Of what

- Seeds: from {demands[0].first_seed} for every kind of market; training seed {plan.seed}. How
  strong the payable edge is, and in which law it shows, was settled on seeds 0 to 5, with the
  verdicts in sight: that it is found says that strong edges pass. The middling and the faint one
  say how many of weaker ones do.
- {versions(LIBRARIES)}.
- {machine()}.
"""


def _counts(demands: Sequence[Demand], verdicts: Sequence[Judged]) -> str:
    head = (
        "markets",
        "information coefficient",
        "raw best above 1",
        "raw best",
        "on the test",
        "promotable",
        "demanded",
        "",
    )
    rows = [head]
    for demand in demands:
        own = demand.of(verdicts)
        promotable = sum(judged.promotable for judged in own)
        rows.append(
            (
                f"{len(own)} {demand.edge.name}",
                f"{median(judged.information_coefficient for judged in own):.2f}",
                f"{sum(judged.best_trial_sharpe > 1 for judged in own)} of {len(own)}",
                f"{median(judged.best_trial_sharpe for judged in own):.1f}",
                f"{median(judged.test_sharpe for judged in own):.1f}",
                f"{promotable} of {len(own)}",
                demand.text,
                _met(demand, verdicts),
            )
        )
    return markdown(rows)


def _met(demand: Demand, verdicts: Sequence[Judged]) -> str:
    if demand.text == "nothing":
        return ""
    return "met" if demand.met(verdicts) else "**not met**"


def _refusals(demands: Sequence[Demand], verdicts: Sequence[Judged]) -> str:
    """How often each demand of the bar refused; a model may be refused by several."""
    rows = [("markets", "refused", "by what was measured first")]
    for demand in demands:
        refused = [judged for judged in demand.of(verdicts) if not judged.promotable]
        kinds = Counter(_kind(judged.reasons[0]) for judged in refused)
        told = ", ".join(f"{kind} {count}" for kind, count in kinds.most_common())
        rows.append((demand.edge.name, str(len(refused)), told or "none"))
    return markdown(rows)


def _kind(reason: str) -> str:
    """The demand behind a reason, by the words it begins with."""
    known = {
        "it made": "too few trades",
        "it was tested": "too few bars",
        "deflated": "deflated Sharpe ratio",
        "mean return": "mean return",
        "annual": "buy-and-hold",
        "it lost": "drawdown",
        "its policy": "choice of policy",
        "probability of": "overfitting of the policy",
    }
    return next((kind for begin, kind in known.items() if reason.startswith(begin)), "length")
