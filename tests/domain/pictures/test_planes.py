"""Pictures of samples, points, tables and candles: within their frame, and true to the numbers."""

import re
from xml.etree import ElementTree as ET

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from traderai_assets.domain.pictures.bars import bars_chart
from traderai_assets.domain.pictures.candle_chart import Ohlc, candle_chart
from traderai_assets.domain.pictures.heat_table import heat_table
from traderai_assets.domain.pictures.histogram import histogram
from traderai_assets.domain.pictures.parallel import parallel_coordinates
from traderai_assets.domain.pictures.points import Points, points_chart

SVG = "{http://www.w3.org/2000/svg}"
numbers = st.floats(-1e9, 1e9)


def elements(svg, tag):
    return list(ET.fromstring(svg).iter(f"{SVG}{tag}"))  # noqa: S314  # Our own text


def texts(svg):
    return [one.text for one in elements(svg, "text")]


def box_of(svg):
    return [float(one) for one in ET.fromstring(svg).attrib["viewBox"].split()]  # noqa: S314


def assert_within(svg):
    _, _, width, height = box_of(svg)
    for box in elements(svg, "rect"):
        x, y, wide, tall = (float(box.attrib.get(n, 0)) for n in ("x", "y", "width", "height"))
        assert -0.01 <= x <= x + wide <= width + 0.01
        assert -0.01 <= y <= y + tall <= height + 0.01
    for dot in elements(svg, "circle"):
        assert 0 <= float(dot.attrib["cx"]) <= width
        assert 0 <= float(dot.attrib["cy"]) <= height


@given(st.lists(numbers | st.just(float("nan")), max_size=80), numbers)
def test_a_histogram_stands_within_its_frame(values, marked):
    sample = np.array([0.0, *values])
    assert_within(histogram(sample, title="t", marked=marked, mark="here"))


def test_every_value_of_a_histogram_is_in_a_bar():
    svg = histogram(np.array([0.0] * 3 + [1.0]), title="t")
    bars = [float(box.attrib["height"]) for box in elements(svg, "rect")[1:]]
    assert len(bars) == 2
    assert bars[0] == pytest.approx(3 * bars[1], rel=0.01)


def test_a_histogram_of_nothing_is_refused():
    with pytest.raises(ValueError, match="needs a finite value; 1 are given"):
        histogram(np.array([np.nan]), title="t")


@given(st.lists(st.tuples(numbers, numbers), min_size=1, max_size=60), st.booleans())
def test_points_stand_within_their_frame(places, joined):
    x, y = np.array(places).T
    assert_within(
        points_chart([Points("a", x, y, joined=joined, lower=y - 1, upper=y + 1)], title="")
    )


def test_a_higher_value_stands_higher():
    svg = points_chart([Points("a", np.array([0.0, 1.0]), np.array([1.0, 2.0]))], title="")
    low, high = (float(dot.attrib["cy"]) for dot in elements(svg, "circle"))
    assert high < low


def test_too_many_points_are_refused():
    with pytest.raises(ValueError, match="at most 2000"):
        points_chart([Points("a", np.zeros(2001), np.zeros(2001))], title="")


def test_a_heat_table_leaves_unknown_cells_white_and_tells_gain_from_loss():
    values = np.array([[0.1, -0.2, np.nan]])
    svg = heat_table(values, ["2026"], ["a", "b", "c"], [["10", "-20", ""]], title="t")
    _, gain, loss = elements(svg, "rect")
    assert gain.attrib["fill"] != loss.attrib["fill"]
    assert float(gain.attrib["fill-opacity"]) < float(loss.attrib["fill-opacity"])
    assert "-20" in texts(svg)
    assert_within(svg)


def test_a_heat_table_needs_a_name_for_each_row_and_column():
    with pytest.raises(ValueError, match="give as many"):
        heat_table(np.zeros((1, 2)), ["2026"], ["a"], [["0", "0"]], title="t")


def test_bars_are_as_long_as_their_amounts():
    svg = bars_chart(["a", "b"], [("gain", np.array([0.5, 0.25]))], title="t")
    first, second = (float(box.attrib["width"]) for box in elements(svg, "rect")[-2:])
    assert first == pytest.approx(2 * second, abs=0.02)
    assert_within(svg)


@pytest.mark.parametrize("amounts", [[1.0], [1.0, -1.0], [1.0, np.nan]])
def test_bars_need_one_amount_a_name(amounts):
    with pytest.raises(ValueError, match="one finite amount, at least 0, for each of 2"):
        bars_chart(["a", "b"], [("gain", np.array(amounts))], title="t")


def test_parallel_coordinates_draw_the_best_trial_last():
    values = np.array([[1.0, 5.0], [2.0, 9.0], [3.0, np.nan]])
    svg = parallel_coordinates(["leaves", "value"], values, title="t", best=1)
    lines = elements(svg, "path")
    assert len(lines) == 2  # The third ends before its second axis
    assert lines[-1].attrib["stroke"] != lines[0].attrib["stroke"]
    assert {"leaves", "value", "9", "5"} <= set(texts(svg))


def test_one_axis_is_no_parallel_coordinates():
    with pytest.raises(ValueError, match="two axes"):
        parallel_coordinates(["value"], np.zeros((3, 1)), title="t", best=0)


def candles(count, seed=0):
    rng = np.random.default_rng(seed)
    close = 100 * np.exp(np.cumsum(rng.normal(0, 0.01, count)))
    opened = np.concatenate([[100.0], close[:-1]])
    high, low = np.maximum(opened, close) * 1.01, np.minimum(opened, close) * 0.99
    times = (np.arange(count) * 60_000).astype("datetime64[ms]")
    return Ohlc(times, opened, high, low, close)


@pytest.mark.parametrize("count", [1, 2, 129, 130, 131, 5_760])
def test_no_more_candles_are_drawn_than_fit_and_none_is_outside(count):
    svg = candle_chart(candles(count), title="t")
    paths = [path.attrib for path in elements(svg, "path")]
    assert sum(path["d"].count("M") for path in paths) / 2 <= 130
    _, _, width, height = box_of(svg)
    for x, y in re.findall(r"M(-?[\d.]+),(-?[\d.]+)", "".join(path["d"] for path in paths)):
        assert 0 <= float(x) <= width
        assert 0 <= float(y) <= height


def test_joined_candles_keep_the_extremes():
    found = candles(2_000)
    found.high[777], found.low[1234] = 1_000.0, 1.0
    assert {"0", "1000"} & set(texts(candle_chart(found, title="t"))) == {"1000"}


def test_a_mark_stands_under_or_over_its_bar():
    svg = candle_chart(candles(50), title="t", marks=[(60.0, True), (60.0, False)])
    under, over = (path.attrib["d"] for path in elements(svg, "path")[-2:])
    heights = [float(re.match(r"M[\d.]+,([\d.]+)", one)[1]) for one in (under, over)]
    assert heights[0] > heights[1]
