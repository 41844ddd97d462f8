"""Whether a classifier tells this week from the look-back better than the look-back's own weeks."""

import json

import numpy as np
import pandas as pd
import pytest

from traderai_assets.domain.drift.multivariate import ThinnedSample, multivariate_drift

A_DAY = 96
NAMES = ("a", "b", "c")


def frame(days, seed, *, together=0.0):
    rng = np.random.default_rng(seed)
    values = rng.normal(size=(days * A_DAY, 3))
    values[:, 1] = together * values[:, 0] + np.sqrt(1 - together**2) * values[:, 1]
    opened = pd.date_range("2026-01-01", periods=days * A_DAY, freq="15min", tz="UTC")
    return pd.DataFrame(values, columns=NAMES).assign(open_time=opened.as_unit("ms"))


def learnt(look_back):
    values = look_back[list(NAMES)].to_numpy()
    days = np.arange(len(values)) // A_DAY
    grids = [np.quantile(column, np.linspace(0, 1, 101)) for column in values.T]
    return ThinnedSample.of(NAMES, values, days, grids), dict(zip(NAMES, grids, strict=True))


def test_a_sample_survives_the_card_unchanged():
    sample, _ = learnt(frame(35, 1))
    read = ThinnedSample.from_json(json.loads(json.dumps(sample.to_json())))
    assert read.names == sample.names
    assert (read.days == sample.days).all()
    assert (read.codes == sample.codes).all()


@pytest.mark.slow
def test_features_that_move_against_each_other_are_found_where_each_stays_where_it_was():
    sample, grids = learnt(frame(84, 1))
    same = multivariate_drift(sample, frame(7, 2), grids)
    moved = multivariate_drift(sample, frame(7, 2, together=0.9), grids)
    assert (same["status"].item(), moved["status"].item()) == ("stable", "drifted")
    assert moved["realised"].item() > 0.7 > same["realised"].item()
    assert multivariate_drift(sample, frame(7, 2), grids).equals(same)  # Seeded


@pytest.mark.parametrize("days", [3, 7])
def test_a_short_window_or_look_back_or_an_old_card_is_not_judged(days):
    sample, grids = learnt(frame(84 if days == 3 else 27, 1))
    assert multivariate_drift(sample, frame(days, 2), grids)["status"].item() == "insufficient"
    assert multivariate_drift(None, frame(days, 2), grids)["status"].item() == "insufficient"


def test_a_column_that_is_not_there_is_no_crash():
    sample, grids = learnt(frame(35, 1))
    found = multivariate_drift(sample, frame(7, 2).drop(columns="b"), grids)
    assert found["realised"].item() > 0.9
