"""The verdict: whether a model may be put to work, and every reason why not.

One that may not is kept, with its reasons. Why the bar is what it is: docs/adr/0005.
"""

from dataclasses import asdict, dataclass, field
from typing import Any

from traderai_assets.domain.selection.acceptance_criteria import AcceptanceCriteria
from traderai_assets.domain.selection.measures import Measures, measure
from traderai_assets.domain.selection.record import SelectionRecord
from traderai_assets.domain.statistics.bootstrap import N_RESAMPLES


@dataclass(frozen=True)
class Verdict:
    """Whether a model is promotable; the reasons why not; the numbers and the criteria (JSON)."""

    promotable: bool
    reasons: tuple[str, ...] = ()
    evidence: dict[str, Any] = field(default_factory=dict)

    @property
    def sentence(self) -> str:
        """All of it for a person, in one line."""
        return "; ".join(self.reasons) or "clears every demand"

    def to_json(self) -> dict[str, Any]:
        """Write it down without NaN or infinity: None stands for a number that there is not."""
        return {
            "promotable": self.promotable,
            "reasons": list(self.reasons),
            "evidence": self.evidence,
        }


def judge_record(
    record: SelectionRecord,
    *,
    criteria: AcceptanceCriteria | None = None,
    n_resamples: int = N_RESAMPLES,
    seed: int = 0,
) -> Verdict:
    """Judge a record by the acceptance criteria of a model that is to trade.

    Parameters
    ----------
    record : SelectionRecord
    criteria : AcceptanceCriteria, optional
    n_resamples, seed
        Of the bootstrap.

    Returns
    -------
    Verdict
        Promotable where every criterion is met. Among trials without skill, chosen knowing the
        test, fewer than one in a hundred is.
    """
    criteria = criteria or AcceptanceCriteria()
    counts = {
        "bars": record.returns.size,
        "trades": int(record.trades),
        "n_trials": int(record.n_trials),
        "demands": asdict(criteria),
    }
    reasons = _too_little(record, criteria)
    if record.returns.size < 2:
        return Verdict(False, tuple(reasons), counts)
    found = measure(record, confidence=criteria.confidence, n_resamples=n_resamples, seed=seed)
    reasons += [
        *_luck(found, criteria),
        *_alternatives(found, criteria),
        *_choice(record, found, criteria),
    ]
    return Verdict(not reasons, tuple(reasons), {**counts, **found.to_json()})


def _too_little(record: SelectionRecord, criteria: AcceptanceCriteria) -> list[str]:
    reasons = []
    if record.trades < criteria.min_trades:
        reasons.append(
            f"it made {record.trades} trades over the test slices, at least {criteria.min_trades} "
            "are asked for: so few are no record"
        )
    if record.returns.size < criteria.min_bars:
        reasons.append(
            f"it was tested on {record.returns.size} bars, at least {criteria.min_bars} are asked "
            "for: lengthen the look-back"
        )
    return reasons


def _luck(found: Measures, criteria: AcceptanceCriteria) -> list[str]:
    reasons = []
    if not found.deflated_sharpe >= criteria.confidence:
        reasons.append(
            f"deflated Sharpe ratio {found.deflated_sharpe:.3f}, at least "
            f"{criteria.confidence:.2f} is asked for: an annual {found.annual_sharpe:.2f} is not "
            f"surely above the {found.luck_sharpe:.2f} that the best of {found.trials} trials "
            "shows by luck"
        )
    # A Sharpe ratio that is not positive has no such length, and the sentence above
    if found.annual_sharpe > 0 and not found.years >= found.years_needed:
        reasons.append(
            f"{found.years:.2f} years of test, at least {found.years_needed:.2f} are asked for: in "
            f"less, the best of {found.trials} trials without skill is expected to show an annual "
            f"Sharpe ratio of {found.annual_sharpe:.2f}"
        )
    return reasons


def _alternatives(found: Measures, criteria: AcceptanceCriteria) -> list[str]:
    reasons = []
    if not found.mean_lower > 0:
        reasons.append(
            f"mean return a bar of at least {found.mean_lower:.3g} with {criteria.confidence:.0%} "
            "confidence, more than 0 is asked for: cash may have done as well"
        )
    if not found.annual_sharpe > found.buy_and_hold_sharpe:
        reasons.append(
            f"annual Sharpe ratio {found.annual_sharpe:.2f}, more than the "
            f"{found.buy_and_hold_sharpe:.2f} of buy-and-hold over the same bars is asked for: "
            "holding the market was no worse"
        )
    if found.max_drawdown > criteria.max_drawdown:
        reasons.append(
            f"it lost {found.max_drawdown:.1%} from a peak, at most {criteria.max_drawdown:.1%} is "
            "allowed: nobody sits through more"
        )
    return reasons


def _choice(record: SelectionRecord, found: Measures, criteria: AcceptanceCriteria) -> list[str]:
    policies, bars = record.policy_returns.shape
    overfitting = found.overfitting
    if overfitting is None:
        if policies < 2:
            return []
        return [
            f"its policy was chosen among {policies} on {bars} bars, at least 20 are asked for: "
            "whether that was overfitting cannot be told"
        ]
    if (
        overfitting.pbo > criteria.max_overfitting
        and overfitting.probability_of_loss > criteria.max_probability_of_loss
    ):
        return [
            f"probability of backtest overfitting {overfitting.pbo:.2f} and of loss "
            f"{overfitting.probability_of_loss:.2f}, at most {criteria.max_overfitting:.2f} or "
            f"{criteria.max_probability_of_loss:.2f} is asked for: the policy that looks best on "
            "some bars is no better than the rest on others, and loses there too often"
        ]
    return []
