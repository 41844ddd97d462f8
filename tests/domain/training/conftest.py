"""A market with a planted rule: the first feature leans each label, the others are noise."""

import numpy as np
import pandas as pd
import pytest

BAR = pd.Timedelta(minutes=5)
NAMES = ("lean", "noise_1", "noise_2", "noise_3", "calendar", "idle")


def planted_market(rows=1500, *, strength=1.5, seed=0, life=3):
    """Features and labels; P(up) = 1 / (1 + exp(-strength * lean)); labels live `life` bars."""
    random = np.random.default_rng(seed)
    values = random.normal(size=(rows, len(NAMES)))
    values[:, 4] = np.arange(rows) % 24
    values[:, 5] = 0.0
    up = random.random(rows) < 1 / (1 + np.exp(-strength * values[:, 0]))
    label = np.where(up, 1, -1).astype(np.int8)
    label[random.random(rows) < 0.01] = 0
    values[random.random(values.shape) < 0.02] = np.nan
    values[:, 5] = 0.0
    open_time = pd.Series(
        pd.date_range("2026-01-01", periods=rows, freq=BAR, tz="UTC").as_unit("ms")
    )
    features = pd.DataFrame(dict(zip(NAMES, values.T, strict=True)))
    features.insert(0, "open_time", open_time)
    labels = pd.DataFrame(
        {
            "open_time": open_time,
            "label_end": open_time + life * BAR,
            "label": label,
            "gross_return": label * 0.01,
            "barrier": pd.Series(np.array(["both", "upper", "lower"])[label], dtype="str"),
            "width": 0.01,
        }
    )
    return features, labels


@pytest.fixture(scope="session")
def planted():
    return planted_market
