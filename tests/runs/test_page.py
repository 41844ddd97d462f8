"""The parts of a page: left out where there is nothing to show, and short enough to be seen."""

import dagster as dg
import numpy as np

from traderai_assets.domain.pictures.sparkline import MOST_CHARACTERS
from traderai_assets.runs.page import OVERVIEW, TREND, in_percent, overview, picture, trend


def test_a_trend_is_a_sparkline_that_says_what_it_shows():
    [(name, shown)] = trend(np.array([1.0, 3.0, 2.0]), "close of BTC").items()
    assert (name, type(shown)) == (TREND, dg.MarkdownMetadataValue)
    assert shown.value.startswith("![close of BTC](data:image/svg+xml")
    assert len(shown.value) <= MOST_CHARACTERS


def test_one_value_is_told_in_words_and_none_not_at_all():
    assert trend(np.array([1.0, np.nan]), "close")[TREND].value == "close"
    assert trend(np.array([np.nan]), "close") == {}
    assert trend(np.array([]), "close") == {}


def test_a_table_without_rows_is_left_out():
    assert overview(["a"], []) == {}
    assert overview(["a"], [["1"]])[OVERVIEW].value == "| a |\n| --- |\n| 1 |"


def test_a_picture_is_an_image_that_asks_nobody_for_anything():
    [shown] = picture("<svg/>", "a").values()
    assert shown.value == "![a](data:image/svg+xml;utf8,%3Csvg/%3E)"


def test_percent_is_a_number_with_four_digits():
    assert in_percent(0.0123456) == 1.235
    assert in_percent(np.float64(-0.5)) == -50.0
