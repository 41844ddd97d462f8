"""The record of a strategy."""

import numpy as np
import pandas as pd
import pytest

from tests.domain.strategies.days import START, market, record
from traderai_assets.domain.errors import InvalidInput
from traderai_assets.domain.strategies.record import StrategyRecord


def test_days_stand_in_order_whatever_order_they_come_in():
    found = record(market([0.1, 0.2], name="b"), market([0.3, 0.4], name="a"))
    assert found.days["net"].tolist() == [0.3, 0.1, 0.4, 0.2]
    assert [row["market"] for row in found.to_rows()] == ["a", "b", "a", "b"]


def test_a_matrix_has_days_and_markets_and_tells_absent_from_silent():
    late = START + pd.Timedelta(days=1)
    found = record(market([0.1, 0.2], name="b"), market([0.0], name="a", start=late))
    net = found.matrix("net")
    assert list(net.columns) == ["a", "b"]
    np.testing.assert_array_equal(net.to_numpy(), [[np.nan, 0.1], [0.0, 0.2]])


def test_what_was_known_before_a_moment_is_what_began_before_it():
    found = record(market([0.1, 0.2, 0.3])).before(START + pd.Timedelta(days=2))
    assert found.days["net"].tolist() == [0.1, 0.2]


@pytest.mark.parametrize(
    ("frame", "told"),
    [
        (market([0.1]).drop(columns="origin"), r"mine lack the columns \['origin'\]"),
        (market([np.nan]), "net = nan; a finite number is expected, at least -1; a day without"),
        (market([-1.5]), r"net = -1\.5"),
        (market([0.1], gross=np.inf), "gross = inf; a finite number is expected$"),
        (market([0.1], trades=-1), r"trades = -1\.0"),
        (market([0.1], state="idle"), r"state = 'idle'; one of \['served', 'silent', 'no_model'\]"),
        (market([0.1], origin="paper"), r"origin = 'paper'; one of \['backfill', 'live'\]"),
        (market([0.1], start=START + pd.Timedelta(hours=1)), "01:00:00.*midnight UTC"),
        (market([0.1], day=pd.Timestamp("2023-01-01")), "days are times in UTC"),
    ],
)
def test_a_day_that_cannot_be_is_refused_by_name_and_value(frame, told):
    with pytest.raises(InvalidInput, match=told):
        StrategyRecord("mine", frame)


def test_a_market_has_a_day_once():
    with pytest.raises(InvalidInput, match="hold one on 2023-01-01 twice"):
        record(market([0.1]), market([0.2]))
