"""Joining features and labels."""

import numpy as np
import pandas as pd
import pytest

from traderai_assets.domain.models.sample import RowWeights, join_rows

BAR = pd.Timedelta(minutes=5)


def test_only_bars_with_features_and_a_label_are_rows(planted):
    features, labels, _ = planted(200)
    rows = join_rows(features.iloc[10:], labels.iloc[:150])
    assert len(rows) == 140
    assert rows.frame["open_time"].iloc[0] == features["open_time"].iloc[10]


def test_labels_without_a_direction_teach_nothing(planted):
    features, labels, _ = planted(1000)
    labels = labels.assign(label=labels["label"].mask(np.arange(len(labels)) % 50 == 0, 0))
    rows = join_rows(features, labels)
    sample = rows.sample(np.arange(len(rows)))
    directed = int((rows.label != 0).sum())
    assert directed < 990
    assert len(sample.target) == len(sample.weight) == len(sample.features) == directed
    assert set(sample.target) == {0.0, 1.0}


def test_weights_are_those_of_the_slice_alone(planted):
    # Each label lives three bars: alone in its slice it is unique, among neighbours a third
    features, labels, _ = planted(300)
    rows = join_rows(features, labels.assign(label_end=labels["open_time"] + 3 * BAR))
    directed = np.flatnonzero(rows.label != 0)
    assert rows.sample(directed[:1]).weight.tolist() == [1.0]
    weight = rows.sample(np.arange(len(rows))).weight
    assert np.median(weight) == pytest.approx(1 / 3)


def test_rows_count_by_age_and_by_uniqueness_and_one_in_the_mean():
    opens = np.arange(5, dtype=np.int64) * 1_000
    apart, tied = opens + 1_000, opens + 3_000
    alike = RowWeights(uniqueness=False, half_life_ms=0.0)
    assert alike(opens, tied).tolist() == [1.0] * 5
    aging = RowWeights(uniqueness=False, half_life_ms=2_000.0)(opens, apart)
    assert aging.mean() == pytest.approx(1.0)
    assert (aging / aging[-1]).tolist() == pytest.approx([0.25, 2**-1.5, 0.5, 2**-0.5, 1.0])
    unique = RowWeights(uniqueness=True, half_life_ms=0.0)
    assert unique(opens, apart).tolist() == pytest.approx([1.0] * 5)
    # The first and the last share less of their lives than the one in the middle
    ends = unique(opens, tied)
    assert ends[0] > ends[2] < ends[4]
    assert ends.mean() == pytest.approx(1.0)
