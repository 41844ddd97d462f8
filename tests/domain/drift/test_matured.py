"""Whether probabilities mean what they say, by labels that are known, and before they are."""

import numpy as np
import pandas as pd
import pytest

from traderai_assets.domain.drift.day_means import DayMeans
from traderai_assets.domain.drift.matured import (
    calibration_drift,
    confidence,
    day_means,
    estimated_drift,
    matured,
)

DAYS = np.repeat(np.arange(10), 288)


def spoken(seed, *, bias=0.0):
    """Probabilities, and whether it rose: as often as they say, or by `bias` more."""
    rng = np.random.default_rng(seed)
    said = rng.uniform(0.3, 0.7, DAYS.size)
    return said, (rng.random(DAYS.size) < said + bias).astype(float)


def statuses(said, up, blocks=DAYS):
    found = calibration_drift(said, up, blocks)
    return dict(zip(found["feature"], found["status"], strict=True))


def test_only_labels_known_by_the_end_and_with_a_direction_are_joined():
    opened = pd.date_range("2026-03-01", periods=4, freq="h", tz="UTC")
    said = pd.DataFrame({"open_time": opened, "probability": [0.6, 0.5, 0.4, 0.3]})
    labels = pd.DataFrame(
        {"open_time": opened, "label_end": opened + pd.Timedelta("2h"), "label": [1, 0, -1, 1]}
    )
    found = matured(said, labels, opened[3] + pd.Timedelta("1h"))
    assert found["probability"].tolist() == [0.6, 0.4]
    assert found["up"].tolist() == [1.0, 0.0]
    # What becomes known later changes nothing
    later = labels.assign(label=labels["label"].where(labels.index < 3, -1))
    assert matured(said, later, opened[3] + pd.Timedelta("1h")).equals(found)


def test_probabilities_that_hold_are_stable_and_those_that_do_not_are_found():
    assert set(statuses(*spoken(1)).values()) == {"stable"}
    assert statuses(*spoken(1, bias=0.1))["intercept"] == "drifted"
    said, up = spoken(1)
    assert statuses(1 - said, up)["slope"] == "drifted"


@pytest.mark.slow
def test_without_drift_a_twentieth_of_the_weeks_is_called_drifted_at_most():
    alarms = sum("drifted" in statuses(*spoken(seed)).values() for seed in range(100))
    assert alarms <= 9


def test_few_blocks_and_no_labels_are_not_judged():
    said, up = spoken(1, bias=0.2)
    assert set(statuses(said, up, DAYS // 3).values()) == {"insufficient"}
    nothing = np.empty(0)
    assert set(statuses(nothing, nothing, nothing.astype(int)).values()) == {"insufficient"}


def test_a_hit_rate_is_promised_before_labels_are_there():
    said, _ = spoken(1)
    reference = DayMeans.of(day_means(confidence(said), DAYS))
    week = DAYS < 7
    same = estimated_drift(reference, said[week], DAYS[week])
    lost = estimated_drift(reference, np.full(7 * 288, 0.55), DAYS[week])
    assert same["status"].tolist() == ["stable", "insufficient"]
    assert lost["status"].tolist() == ["drifted", "insufficient"]
    assert lost["realised"].tolist() == pytest.approx([0.55, 0.688139], abs=1e-6)
    # Before there was a reference, and without a prediction, it is told and not judged
    assert set(estimated_drift(None, said, DAYS)["status"]) == {"insufficient"}
    empty = np.empty(0)
    assert set(estimated_drift(reference, empty, empty.astype(int))["status"]) == {"insufficient"}
