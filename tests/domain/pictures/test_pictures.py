"""Pictures: within their frame, short enough, true to the numbers, harmless wherever they stand."""

import re
from xml.etree import ElementTree as ET

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from traderai_assets.domain.pictures.line_chart import HEIGHT, WIDTH, Line, line_chart
from traderai_assets.domain.pictures.scale import round_ticks
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


def test_a_chart_refuses_values_without_their_moments() -> None:
    with pytest.raises(ValueError, match="one value a moment"):
        line_chart(np.array(["2026-01-01"], "datetime64[ms]"), [Line("a", np.zeros(2))], title="x")


def test_an_image_in_markdown_ends_where_it_should():
    svg = picture(1, 1, ["<path fill='#fff'/>"], title="a (b) <c>")
    text = markdown_image(svg, "a](b)\nc")
    assert [text.count(one) for one in "()\n"] == [1, 1, 0]
    assert " " not in text.partition("](")[2].replace("svg+xml;utf8,", "")
