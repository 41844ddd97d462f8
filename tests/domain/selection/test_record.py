"""A record that cannot be judged is refused by the name of what is wrong with it."""

import numpy as np
import pytest

from traderai_assets.domain.errors import InvalidInput
from traderai_assets.domain.selection.record import SelectionRecord

FLAT = np.zeros(10)


def record(**changes):
    given = {
        "returns": FLAT,
        "buy_and_hold": FLAT,
        "trades": 0,
        "bars_per_year": 8_766.0,
        "n_trials": 1,
    }
    return SelectionRecord(**(given | changes))


@pytest.mark.parametrize("strange", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("name", ["returns", "buy_and_hold", "trial_sharpes", "policy_returns"])
def test_values_that_are_not_finite_are_counted_and_refused(name, strange):
    values = np.zeros((2, 5)) if name == "policy_returns" else np.zeros(10)
    values.flat[3] = strange
    with pytest.raises(InvalidInput, match=f"1 of 10 values of {name} are not finite"):
        record(**{name: values})


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"buy_and_hold": np.zeros(9)}, "10 returns against 9 of buy-and-hold"),
        ({"returns": np.zeros((10, 1))}, "returns has 2 dimensions; expected 1"),
        ({"policy_returns": FLAT}, "policy_returns has 1 dimensions; expected 2"),
        ({"trades": -1}, "trades = -1; expected at least 0"),
        ({"n_trials": 0}, "n_trials = 0; expected at least 1"),
        ({"bars_per_year": 0.0}, r"bars_per_year = 0\.0"),
        ({"bars_per_year": np.nan}, "bars_per_year = nan"),
        ({"bars_per_year": np.inf}, "bars_per_year = inf"),
    ],
)
def test_what_does_not_fit_together_is_refused(changes, says):
    with pytest.raises(InvalidInput, match=says):
        record(**changes)


def test_a_search_without_measured_trials_or_policies_is_a_record_too():
    bare = record()
    assert bare.trial_sharpes.shape == (0,)
    assert bare.policy_returns.shape == (0, 0)
