"""The picture of a pool's account is well-formed, whatever became of the account."""

import re
import xml.etree.ElementTree as ET

import pandas as pd
import pytest

from traderai_assets.domain.strategies.account_plot import account_svg

SPACE = "{http://www.w3.org/2000/svg}"


@pytest.mark.parametrize("net", [0.01, 0.0, -0.5, -1.0])
def test_it_draws_both_accounts_and_the_looks_inside_of_it(net):
    days = pd.date_range("2024-01-01", periods=1_000, tz="UTC").as_unit("ms")
    pool = pd.DataFrame({"day": days, "net": net, "buy_and_hold": 0.001})
    looks = [days[180], pd.Timestamp("2030-01-01", tz="UTC")]
    drawn = ET.fromstring(account_svg(pool, looks))  # noqa: S314  # Our own text
    paths = [path.attrib["d"] for path in drawn.findall(f"{SPACE}path")]
    assert len(paths) == 2
    assert sum("stroke-dasharray" in line.attrib for line in drawn.findall(f"{SPACE}line")) == 1
    for path in paths:
        places = [tuple(map(float, one.split(","))) for one in re.split("[ML]", path) if one]
        assert len(places) == 1_001  # An account has a value before its first day
        assert all(0 <= x <= 720 and 0 <= y <= 280 for x, y in places)


def test_what_doubles_twice_rises_twice_as_far_and_the_legend_says_where_it_ends():
    days = pd.date_range("2024-01-01", periods=2, tz="UTC").as_unit("ms")
    drawn = account_svg(pd.DataFrame({"day": days, "net": 1.0, "buy_and_hold": 0.0}))
    path = ET.fromstring(drawn).findall(f"{SPACE}path")[0].attrib["d"]  # noqa: S314
    first, second, third = (float(one.split(",")[1]) for one in re.split("[ML]", path) if one)
    assert first - second == pytest.approx(second - third, abs=0.2)
    assert first > second > third
    assert "account 4" in drawn
    assert "buy-and-hold 1" in drawn
