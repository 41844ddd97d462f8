"""Joining features and labels."""

import numpy as np
import pandas as pd
import pytest

from traderai_assets.domain.models.sample import join_rows

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
