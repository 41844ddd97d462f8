"""Novelty: bars unlike the look-back are outliers, at the rate that held-out rows had."""

import json

import numpy as np
import pytest

from traderai_assets.domain.models.novelty import EDGE, SAMPLE_ROWS, STEPS, Novelty


def rows(n=3_000, features=20, seed=0):
    values = np.random.default_rng(seed).normal(size=(n, features)) * np.logspace(-3, 3, features)
    values[np.random.default_rng(seed + 1).random(values.shape) < 0.02] = np.nan
    return values


@pytest.fixture(scope="module")
def learned():
    return Novelty.of_rows(rows(), rate=0.01, seed=7)


def test_held_out_rows_are_outliers_at_the_rate_asked_for_and_others_like_them_about_so(learned):
    # 20 of 2,000 lie beyond; as many tied as one would be fewer
    assert learned.held_out_rate == 0.01
    assert len(learned.block_rates) == 10
    assert 0.003 < learned.outliers(rows(20_000, seed=5)).mean() < 0.02


def test_rows_of_another_regime_are_outliers_whatever_the_units(learned):
    spread = np.nan_to_num(rows(500, seed=5)) * 3
    assert learned.outliers(spread).mean() > 0.95
    assert (learned.dissimilarity(spread)[learned.outliers(spread)] > 1).all()
    infinite = rows(5, seed=5)
    infinite[:, :15] = np.inf
    assert learned.outliers(infinite).all()


def test_a_row_that_was_learned_lies_at_no_distance_and_one_that_knows_nothing_far_off():
    values = rows()
    few = Novelty.of_rows(values[:SAMPLE_ROWS], rate=0.01, seed=7)
    assert (few.dissimilarity(values[:SAMPLE_ROWS]) == 0).all()
    assert few.outliers(np.full((1, 20), np.nan)).all()


def test_distances_are_sums_of_squared_steps_of_the_grid():
    """One column of 0 to 8: quartiles 2 and 6 are 4 apart, so a deviation is 4 / 1.349."""
    values = np.arange(9.0)[:, None]
    told = Novelty.of_rows(values, rate=0.0, seed=7)
    assert (told.center[0], told.scale[0]) == (4.0, pytest.approx(4 / 1.349))
    # 1 is 16 / 2.9652 = 5.4 steps: from the middle 5, 11, 16 and 22
    assert sorted(told.sample[:, 0]) == [-22, -16, -11, -5, 0, 5, 11, 16, 22]
    # Each row is held out beside the rows of its own ninth: the farthest neighbour is 6 steps off
    assert told.limit == 36
    assert told.dissimilarity(np.array([[4.0], [12.0]])).tolist() == [0.0, 21 / 6]
    assert STEPS * 8 == EDGE + 1


def test_a_column_that_never_varied_has_no_say():
    values = rows()
    values[:, 3], values[:, 4] = 5.0, np.nan
    told = Novelty.of_rows(values, rate=0.01, seed=7)
    other = values[:100].copy()
    other[:, 3], other[:, 4] = 1e9, 1.0
    assert told.dissimilarity(other).tolist() == told.dissimilarity(values[:100]).tolist()


def test_a_flag_is_measured_by_how_often_it_is_set():
    values = np.random.default_rng(0).normal(size=(1_000, 2))
    values[:, 1] = np.arange(1_000) % 10 == 0
    assert Novelty.of_rows(values, rate=0.01, seed=7).scale[1] == pytest.approx(0.1)


def test_a_card_holds_it_whole_in_a_byte_a_value(learned):
    text = json.dumps(learned.to_json(), allow_nan=False)
    again = Novelty.from_card({"novelty": json.loads(text)})
    assert len(text) < 9_000  # 256 rows of 20 columns as base64, and the numbers
    probe = rows(500, seed=9)
    np.testing.assert_array_equal(again.dissimilarity(probe), learned.dissimilarity(probe))
    assert json.dumps(again.to_json()) == text
    assert Novelty.from_card({}) is None


def test_the_same_rows_and_seed_give_the_same_to_the_byte_one_row_or_many(learned):
    assert Novelty.of_rows(rows(), rate=0.01, seed=7).to_json() == learned.to_json()
    probe = rows(700, seed=9)
    one_by_one = np.concatenate([learned.dissimilarity(probe[i : i + 1]) for i in range(700)])
    np.testing.assert_array_equal(one_by_one, learned.dissimilarity(probe))


def test_one_row_is_enough():
    told = Novelty.of_rows(np.ones((1, 2)), rate=0.01, seed=7)
    assert not told.outliers(np.ones((1, 2))).any()
