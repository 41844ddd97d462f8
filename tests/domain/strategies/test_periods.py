"""What days earned, by month and by group."""

import numpy as np
import pandas as pd
import pytest

from traderai_assets.domain.strategies.periods import measured_periods, monthly_returns


def days(net, first="2026-01-30"):
    return pd.DataFrame(
        {
            "day": pd.date_range(first, periods=len(net), tz="UTC", unit="ms"),
            "net": net,
            "buy_and_hold": 0.01,
            "exposure": 0.5,
            "trades": 2,
        }
    )


def test_days_of_a_month_compound():
    found = monthly_returns(days([0.1, 0.1, -0.5, 0.0]))
    assert found.to_dict() == {"2026-01": pytest.approx(0.21), "2026-02": pytest.approx(-0.5)}


def test_a_group_is_an_account_of_its_own():
    rows = days([0.1, -0.5, 0.2, 0.3])
    found = measured_periods(rows, pd.Series(["a", "a", "b", "b"]))
    first, second = found.to_dict("records")
    assert (first["period"], first["days"], first["trades"]) == ("a", 2, 4)
    assert first["net_return"] == pytest.approx(1.1 * 0.5 - 1)
    assert first["max_drawdown"] == pytest.approx(0.5)
    assert second["buy_and_hold_return"] == pytest.approx(1.01**2 - 1)
    assert second["max_drawdown"] == 0.0
    assert np.isnan(second["annual_sharpe"])


def test_a_year_has_365_days():
    net = np.tile([0.02, 0.0], 20)
    [row] = measured_periods(days(net), pd.Series("all", range(40))).to_dict("records")
    by_hand = 0.01 / net.std(ddof=1) * np.sqrt(365)
    assert row["annual_sharpe"] == pytest.approx(by_hand, rel=0.02)


def test_no_day_is_no_row():
    assert measured_periods(days([]), pd.Series(dtype=str)).empty
    assert monthly_returns(days([])).empty
