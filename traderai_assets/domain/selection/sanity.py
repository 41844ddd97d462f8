"""Sanity: whether a month's model may speak at all, where its strategy is permitted to.

Whether what it says is worth anything is the strategy's verdict, by its whole record. What two
weeks of test can show is that something is broken. That its numbers are finite is asked where they
arise (`SelectionRecord`, the card's JSON), that no feature looks ahead by the check before each
training (`gate/look_ahead.py`): without these there is no model.
"""

from collections.abc import Mapping
from typing import Any

from traderai_assets.domain.selection.acceptance_criteria import AcceptanceCriteria

# Bars of test, of which fewer show nothing
LEAST_BARS = 100
_MOST_LOST = AcceptanceCriteria().max_drawdown


def model_fault(evidence: Mapping[str, Any], slopes: Mapping[str, float]) -> str:
    """Say why a model must not speak; empty where nothing is said against it.

    Parameters
    ----------
    evidence : mapping
        Of its `Verdict`: bars, and max_drawdown where there were two at least.
    slopes : mapping of str to float
        Slope of each learner's calibration: 0 where its forecasts said nothing of what followed.
    """
    faults = []
    if evidence["bars"] < LEAST_BARS:
        faults.append(
            f"it was tested on {evidence['bars']} bars, at least {LEAST_BARS} are asked for: "
            "lengthen the look-back"
        )
    lost = evidence.get("max_drawdown") or 0.0
    if lost > _MOST_LOST:
        faults.append(
            f"it lost {lost:.1%} from a peak over its tests, at most {_MOST_LOST:.1%} is allowed"
        )
    if not any(slope > 0.0 for slope in slopes.values()):
        faults.append(
            "its forecasts said nothing of what followed them: the slope of every learner's "
            f"calibration is 0 ({', '.join(sorted(slopes))})"
        )
    return "; ".join(faults)
