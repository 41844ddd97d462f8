"""Which rows a fit learns from."""

import numpy as np
import pytest

from traderai_assets.domain.training.fit_arrays import thinned


@pytest.mark.parametrize(
    ("rows", "most", "kept"),
    [
        (10, 10, list(range(10))),
        (10, 9, [1, 3, 5, 7, 9]),
        (10, 4, [0, 3, 6, 9]),
        (11, 4, [1, 4, 7, 10]),
        (3, 1, [2]),
        (0, 5, []),
    ],
)
def test_of_too_many_rows_every_so_manieth_is_kept_the_newest_among_them(rows, most, kept):
    assert thinned(np.arange(rows), most).tolist() == kept


def test_a_fit_on_thinned_rows_still_finds_the_rule(planted, train, small_plan):
    model = train(planted(3000), plan=small_plan(most_rows=500))
    assert model.card["metrics"]["auc"] > 0.7
    assert model.card["fitted_on"]["rows"] > 2900  # What it may learn from


def test_weights_are_part_of_a_model(planted, train, small_plan):
    plain = train(planted(), plan=small_plan()).model_id
    for change in ({"uniqueness": True}, {"half_life_days": 2.0}, {"most_rows": 400}):
        assert train(planted(), plan=small_plan(**change)).model_id != plain
