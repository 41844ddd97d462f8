"""Data that cannot teach is refused before any fit, by name."""

import numpy as np
import pandas as pd
import pytest

from traderai_assets.domain.errors import DegenerateData, NotEnoughData


def constant(features, value):
    return features.assign(**dict.fromkeys(features.columns[1:], value))


@pytest.mark.parametrize(
    ("spoil", "error", "says"),
    [
        (lambda x, y: (x.iloc[:0], y), NotEnoughData, "no bar has both features"),
        (lambda x, y: (x, y.iloc[:0]), NotEnoughData, "no bar has both features"),
        # Of two folds a fifth of the rows is the smallest slice: 5 * (30 + 1)
        (lambda x, y: (x.iloc[:100], y), NotEnoughData, "155 would do"),
        (lambda x, y: (x, y.assign(label=np.int8(1))), DegenerateData, "labels up and 0 down"),
        (lambda x, y: (constant(x, 3.0), y), DegenerateData, "none of 6 features varies"),
        (lambda x, y: (constant(x, np.nan), y), DegenerateData, "none of 6 features varies"),
        (lambda x, y: (x[["open_time"]], y), DegenerateData, "none of 0 features varies"),
        (lambda x, y: (x.assign(lean=np.inf), y), DegenerateData, "lean hold infinite"),
        (lambda x, y: (pd.concat([x, x.iloc[:1]]), y), DegenerateData, "twice"),
    ],
)
def test_data_that_cannot_teach_is_refused_before_any_fit(planted, train, spoil, error, says):
    features, labels, candles = planted()
    heard = []
    with pytest.raises(error, match=says):
        train((*spoil(features, labels), candles), report=heard.append)
    assert heard == []


def test_a_slice_with_one_direction_is_refused_by_name(planted, train):
    features, labels, candles = planted()
    labels = labels.copy()
    labels.loc[labels.index[:650], "label"] = np.int8(1)
    with pytest.raises(DegenerateData, match=r"fold 0 of 2, to train on, has \d+"):
        train((features, labels, candles))


def test_a_test_slice_with_one_direction_has_no_auc_but_is_predicted(planted, train, small_plan):
    features, labels, candles = planted()
    labels = labels.reset_index(drop=True)
    tested = int(len(labels) * 0.6)
    first, part = len(labels) - tested + tested // 9, tested // 9
    labels.loc[first : first + part, "label"] = np.int8(1)
    model = train((features, labels, candles), plan=small_plan(n_folds=8, rounds=5))
    first, second = (fold["metrics"] for fold in model.card["folds"][:2])
    assert (first["auc"], first["up_share"]) == (None, 1.0)
    assert second["auc"] is not None
    assert (model.out_of_sample["fold"] == 1).sum() in (part, part + 1)
