"""Demands beyond their limits are refused by name."""

import pytest

from traderai_assets.domain.errors import InvalidSettings
from traderai_assets.domain.selection.acceptance_criteria import AcceptanceCriteria


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("min_trades", -1),
        ("min_bars", 1),
        ("confidence", 0.4),
        ("confidence", 1.0),
        ("max_overfitting", 1.1),
        ("max_probability_of_loss", float("nan")),
        ("max_drawdown", -0.1),
    ],
)
def test_a_demand_beyond_its_limits_is_refused_by_name(name, value):
    with pytest.raises(InvalidSettings, match=f"{name} = .* is not from"):
        AcceptanceCriteria(**{name: value})
