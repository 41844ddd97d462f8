"""Pictures: within their frame, short enough, true to the numbers, harmless wherever they stand."""

import re
from xml.etree import ElementTree as ET

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from traderai_assets.domain.pictures.bar_chart import MOST_BARS, bar_chart
from traderai_assets.domain.pictures.candle_chart import Ohlc, candle_chart
from traderai_assets.domain.pictures.line_chart import HEIGHT, WIDTH, Line, line_chart
from traderai_assets.domain.pictures.scale import Scale, ratio_ticks, round_ticks
from traderai_assets.domain.pictures.small_table import small_table
from traderai_assets.domain.pictures.sparkline import (
    MOST_CHARACTERS,
    markdown_sparkline,
    resampled,
    sparkline,
)
from traderai_assets.domain.pictures.svg import markdown_image, picture

values = st.lists(
    st.floats(-1e12, 1e12) | st.just(float("nan")) | st.just(float("inf")), max_size=400
)


def numbers_of(path: str) -> list[float]:
    return [float(one) for one in re.findall(r"-?\d+(?:\.\d+)?", path)]


def paths_of(svg: str) -> list[str]:
    drawn = ET.fromstring(svg)  # noqa: S314  # Our own text
    return [one.attrib["d"] for one in drawn.iter() if "d" in one.attrib]


@given(values)
def test_a_sparkline_always_stands_inline_and_within_its_frame(series):
    given_values = np.array(series, np.float64)
    text = markdown_sparkline(given_values, "equity of BTC/USDT")
    assert len(text) <= MOST_CHARACTERS
    svg = sparkline(given_values)
    assert bool(svg) == (np.isfinite(resampled(given_values, 60)).sum() >= 2)
    if svg:
        [path] = paths_of(svg)
        assert all(0 <= one <= 121 for one in numbers_of(path))


def test_a_sparkline_of_sixty_points_of_full_height_is_short_enough_to_be_drawn():
    zigzag = np.tile([0.0, 1.0], 5000)
    assert markdown_sparkline(np.random.default_rng(1).normal(size=9000), "x" * 80).startswith("![")
    assert markdown_sparkline(zigzag, "zigzag").startswith("![")


def test_a_column_shows_the_last_value_that_falls_into_it():
    series = np.arange(600.0)
    series[590:] = np.nan
    shown = resampled(series, 60)
    assert list(shown[[0, 58]]) == [9, 589]
    assert np.isnan(shown[59])


def test_a_rise_is_drawn_upwards_and_a_gap_is_left_white():
    [path] = paths_of(sparkline(np.array([0.0, 1.0, np.nan, 0.0, 1.0])))
    first, second = [one for one in path.split("M") if one]
    heights = numbers_of(first.split("L")[1])[1::2]
    assert heights[1] < heights[0]
    assert min(numbers_of(second.split("V")[0])[::2]) >= 3 * 24


def test_what_lies_below_the_baseline_is_drawn_below_it():
    [path] = paths_of(sparkline(np.array([1.0, -1.0, 1.0]), baseline=0.0))
    assert path.startswith("M0,20")


@given(st.floats(-1e9, 1e9), st.floats(1e-9, 1e9))
def test_ticks_are_round_few_and_within(low, span):
    high = low + span
    if not high > low:
        return
    ticks = round_ticks(low, high)
    assert len(ticks) <= 7
    assert all(low - span * 1e-6 <= one <= high + span * 1e-6 for one in ticks)


@given(values.filter(bool))
def test_a_chart_is_whole_xml_and_draws_within_its_frame(series):
    known = np.array([one if np.isfinite(one) else np.nan for one in series])
    times = np.datetime64("2026-01-01") + np.arange(len(known)) * np.timedelta64(5, "m")
    svg = line_chart(times, [Line("a<b", known, filled=True), Line("b", -known)], title="a & b")
    for path in paths_of(svg):
        found = numbers_of(path)
        assert all(-1 <= one <= max(WIDTH, HEIGHT) + 1 for one in found)


def test_a_long_series_is_thinned_and_its_extremes_stay():
    series = np.zeros(100_000)
    series[77_777] = 1.0
    times = np.datetime64("2026-01-01") + np.arange(len(series)) * np.timedelta64(5, "m")
    svg = line_chart(times, [Line("a", series)], title="spike")
    assert len(svg) < 60_000
    assert min(numbers_of(paths_of(svg)[0])[1::2]) == 34


def test_fewer_points_are_drawn_where_less_is_asked_for():
    times = np.datetime64("2026-01-01") + np.arange(9_000) * np.timedelta64(5, "m")
    svg = line_chart(times, [Line("a", np.sin(times.astype(float)))], title="a", most_points=200)
    assert len(paths_of(svg)[0].split("L")) <= 200


def test_equal_ratios_are_equally_far_apart_by_logs():
    scale = Scale(0.5, 8.0, 100.0, 0.0, by_logs=True)
    np.testing.assert_allclose(scale.at(np.array([0.5, 2.0, 8.0, 0.0])), [100, 50, 0, 100])
    assert ratio_ticks(0.5, 8.0) == [0.5, 1, 2, 5]
    assert ratio_ticks(1.1, 1.4) == round_ticks(1.1, 1.4)
    assert ratio_ticks(1e-9, 1e9) == [1e-9, 1e-5, 1e-1, 1e3, 1e7]


def test_marks_stand_at_their_moments_and_those_beyond_the_picture_are_left_out():
    times = np.array(["2026-01-01", "2026-01-03"], "datetime64[ms]")
    marks = np.array(["2026-01-02", "2026-02-01"], "datetime64[ms]")
    svg = line_chart(times, [Line("a", np.array([1.0, 2.0]))], title="a", marks=marks)
    [mark] = [one for one in svg.split("<line")[1:] if "stroke-dasharray" in one]
    assert f"x1='{(64 + 708) / 2:.0f}'" in mark


def candles(opens: list[float], closes: list[float]) -> Ohlc:
    opened, closed = np.array(opens), np.array(closes)
    times = np.datetime64("2026-01-01", "ms") + np.arange(len(opens)) * np.timedelta64(1, "h")
    high, low = np.maximum(opened, closed) + 1, np.minimum(opened, closed) - 1
    return Ohlc(times, opened, high, low, closed)


def test_candles_of_a_span_are_joined_from_first_open_to_last_close():
    two = candles([10, 12, 14, 9], [12, 14, 9, 8])
    svg = candle_chart(two, title="BTC", most=2)
    colours = [one.attrib["stroke"] for one in ET.fromstring(svg).iter() if "d" in one.attrib]  # noqa: S314
    assert colours == ["#0072b2", "#0072b2", "#d55e00", "#d55e00"]  # 10 to 14, then 14 to 8
    wicks = [numbers_of(path) for path in paths_of(svg)[::2]]
    assert [wick[1] for wick in wicks] == [34, 34]  # Both reach the highest price, 15
    assert wicks[1][2] > wicks[0][2]  # The lowest, 7, is the second's


@given(st.lists(st.floats(1e-9, 1e9), min_size=1, max_size=300))
def test_candles_lie_within_their_frame(prices):
    svg = candle_chart(candles(prices[:1] + prices[:-1], prices), title="a & b")
    for path in paths_of(svg):
        assert all(-1 <= one <= WIDTH + 1 for one in numbers_of(path))


@given(st.lists(st.floats(-1e12, 1e12) | st.just(float("nan")), min_size=1, max_size=40))
def test_bars_lie_within_their_frame_and_are_as_long_as_their_values(series):
    svg = bar_chart([(f"<{i}>", value) for i, value in enumerate(series)], title="a")
    boxes = [one.attrib for one in ET.fromstring(svg).iter() if one.tag.endswith("rect")][1:]  # noqa: S314
    known = [value for value in series[:MOST_BARS] if np.isfinite(value)]
    assert len(boxes) == len(known)
    for box in boxes:
        assert 0 <= float(box["x"]) <= float(box["x"]) + float(box["width"]) <= 721
    if len(known) > 1 and max(map(abs, known)) > 0:
        longest = max(boxes, key=lambda box: float(box["width"]))
        assert abs(known[boxes.index(longest)]) >= max(map(abs, known)) * 0.99


def test_a_chart_without_bars_or_candles_is_refused():
    with pytest.raises(ValueError, match="no bars"):
        bar_chart([], title="x")
    with pytest.raises(ValueError, match="no candles"):
        candle_chart(candles([], []), title="x")


def test_a_small_table_leaves_out_what_does_not_fit_and_says_so():
    text = small_table(["name", "value"], [[f"row {i}", "a|b"] for i in range(200)])
    assert len(text) <= MOST_CHARACTERS
    left = 200 - text.count("row ")
    assert text.endswith(f"and {left} more")
    assert "a\\|b" in text
    assert small_table(["a"], []) == ""


def test_a_small_table_refuses_rows_of_other_lengths_and_texts_without_end():
    with pytest.raises(ValueError, match="expected one for each"):
        small_table(["a", "b"], [["1"]])
    with pytest.raises(ValueError, match="no room for its first row"):
        small_table(["a"], [["x" * 2_000]])


def test_a_chart_refuses_values_without_their_moments() -> None:
    with pytest.raises(ValueError, match="one value a moment"):
        line_chart(np.array(["2026-01-01"], "datetime64[ms]"), [Line("a", np.zeros(2))], title="x")


def test_an_image_in_markdown_ends_where_it_should():
    svg = picture(1, 1, ["<path fill='#fff'/>"], title="a (b) <c>")
    text = markdown_image(svg, "a](b)\nc")
    assert [text.count(one) for one in "()\n"] == [1, 1, 0]
    assert " " not in text.partition("](")[2].replace("svg+xml;utf8,", "")
