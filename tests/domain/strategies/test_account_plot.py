"""The picture of a pool's account is well-formed, whatever became of the account."""

import xml.etree.ElementTree as ET

import pandas as pd
import pytest

from traderai_assets.domain.strategies.account_plot import account_svg


@pytest.mark.parametrize("net", [0.01, 0.0, -0.5, -1.0])
def test_it_draws_both_accounts_and_the_looks_inside_of_it(net):
    days = pd.date_range("2024-01-01", periods=1_000, tz="UTC").as_unit("ms")
    pool = pd.DataFrame({"day": days, "net": net, "buy_and_hold": 0.001})
    looks = [days[180], pd.Timestamp("2030-01-01", tz="UTC")]
    drawn = ET.fromstring(account_svg(pool, looks))  # noqa: S314  # Our own text
    space = "{http://www.w3.org/2000/svg}"
    lines = drawn.findall(f"{space}polyline")
    assert len(lines) == 2
    assert sum("stroke-dasharray" in line.attrib for line in drawn.findall(f"{space}line")) == 1
    for line in lines:
        points = [tuple(map(float, point.split(","))) for point in line.attrib["points"].split()]
        assert len(points) <= 700
        assert all(0 <= x <= 720 and 0 <= y <= 280 for x, y in points)
