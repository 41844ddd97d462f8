"""Metrics of probabilities, by hand."""

import numpy as np
import pytest

from traderai_assets.domain.models.metrics import probability_metrics


def metrics(probabilities, labels):
    return probability_metrics(np.array(probabilities), np.array(labels, dtype=np.int8))


def test_the_metrics_of_four_bars():
    # Pairs up over down: (.8 > .6), (.8 > .2), (.4 < .6), (.4 > .2): three of four
    found = metrics([0.8, 0.6, 0.4, 0.2, 0.9], [1, -1, 1, -1, 0])
    assert found["auc"] == pytest.approx(0.75)
    assert found["brier"] == pytest.approx((0.04 + 0.36 + 0.36 + 0.04) / 4)
    assert found["log_loss"] == pytest.approx(-(2 * np.log(0.8) + 2 * np.log(0.4)) / 4)
    assert found["up_share"] == 0.5


def test_one_direction_has_no_auc():
    found = metrics([0.8, 0.6], [1, 1])
    assert found["auc"] is None
    assert found["brier"] == pytest.approx((0.04 + 0.16) / 2)


def test_no_direction_has_no_metrics():
    assert set(metrics([0.5, 0.5], [0, 0]).values()) == {None}
