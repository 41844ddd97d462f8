"""Which rows a fit learns from."""

import re
from dataclasses import replace

import numpy as np
import pytest

from tests.domain.training.conftest import BAR
from traderai_assets.domain.errors import InvalidSettings, NotEnoughData
from traderai_assets.domain.labels.barriers import barrier_width
from traderai_assets.domain.labels.events import event_bars
from traderai_assets.domain.training.dataset import gather_look_back
from traderai_assets.domain.training.fit_arrays import ALL_ROWS, FitArrays, thinned


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


def events_of(market, threshold, horizon=6):
    """Open times of the bars at which this market's filter lets a fit learn."""
    widths = barrier_width(market.candles, bar=BAR, horizon_bars=horizon, multiple=1.0)
    return set(market.candles["open_time"][event_bars(market.candles, widths, threshold)])


def test_what_is_fitted_on_are_the_rows_at_events_and_what_is_tested_is_every_row(
    planted, small_plan
):
    market, plan = planted(), small_plan(event_threshold=0.5, search={"combinatorial_groups": 3})
    data = gather_look_back(*market, plan=plan, bar=BAR)
    plain = gather_look_back(*market, plan=replace(plan, event_threshold=0.0), bar=BAR)
    labelling, events = plan.labelling, events_of(market, 0.5)
    times = data.rows[labelling].frame["open_time"]
    assert set(times.iloc[data.fitted[labelling]]) == events & set(times)
    for one, every in zip(data.folds[labelling], plain.folds[labelling], strict=True):
        expected = [row for row in every.train if times.iloc[row] in events]
        assert one.train.tolist() == expected
        assert one.test.tolist() == every.test.tolist()
        assert one.settled.tolist() == every.settled.tolist()
    for split, other in zip(data.splits[labelling], plain.splits[labelling], strict=True):
        assert split.train.tolist() == [row for row in other.train if times.iloc[row] in events]
        assert [part.tolist() for part in split.tests] == [part.tolist() for part in other.tests]
    fitted, _ = FitArrays.of(data, plan).samples(labelling, ALL_ROWS)
    assert len(fitted.target) == len(events & set(times))


def test_events_of_a_wider_label_are_fewer(planted, small_plan):
    plan = small_plan(event_threshold=0.5, search={"multiples": (3.0,)})
    data = gather_look_back(*planted(2_500), plan=plan, bar=BAR)
    narrow, wide = (len(data.fitted[labelling]) for labelling in plan.labellings)
    assert narrow > 2 * wide


def test_a_model_of_events_finds_the_rule_says_on_how_many_rows_and_is_another_model(
    planted, train, small_plan
):
    plain = train(planted(3000), plan=small_plan())
    model = train(planted(3000), plan=small_plan(event_threshold=0.5))
    assert model.model_id != plain.model_id
    assert model.card["plan"]["event_threshold"] == 0.5
    assert model.card["metrics"]["auc"] > 0.7
    assert model.card["fitted_on"]["rows"] < plain.card["fitted_on"]["rows"] / 2
    for one, every in zip(model.card["folds"], plain.card["folds"], strict=True):
        assert one["slices"]["train"]["rows"] < every["slices"]["train"]["rows"] / 2
        assert one["slices"]["test"] == every["slices"]["test"]
    assert len(model.out_of_sample) == len(plain.out_of_sample)
    assert model.card["rows"] == plain.card["rows"]


def test_too_few_events_in_a_slice_are_refused_with_the_threshold_and_what_would_do(
    planted, train, small_plan
):
    with pytest.raises(NotEnoughData) as refused:
        train(planted(), plan=small_plan(event_threshold=10.0))
    assert re.fullmatch(
        r"fold 0 of 2, to train on, has \d events of event_threshold = 10 among \d+ rows, at least "
        r"30 are needed: lower the threshold or lengthen the look-back",
        str(refused.value),
    )


@pytest.mark.parametrize("threshold", [-0.1, 10.1, float("nan"), True, "1"])
def test_a_threshold_beyond_its_limits_is_refused_by_name(small_plan, threshold):
    with pytest.raises(InvalidSettings, match=r"event_threshold = .* is not a number from 0\.0 to"):
        small_plan(event_threshold=threshold)
