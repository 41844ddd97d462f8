"""When features and predictions are called drifted, and how seldom they are without drift."""

import numpy as np
import pandas as pd
import pytest

from traderai_assets.domain.drift.features import DriftLimits, feature_drift, prediction_drift
from traderai_assets.domain.drift.reference import ReferenceDistribution

N_FEATURES = 40
NAMES = [f"feature_{number}" for number in range(N_FEATURES)]


def autoregressions(n_rows, memory, seed):
    """Columns with unit variance."""
    shocks = np.random.default_rng(seed).normal(size=(n_rows, N_FEATURES))
    values = np.empty_like(shocks)
    values[0] = shocks[0]
    for row in range(1, n_rows):
        values[row] = memory * values[row - 1] + np.sqrt(1 - memory**2) * shocks[row]
    return pd.DataFrame(values, columns=NAMES)


def references(frame):
    return {name: ReferenceDistribution.from_sample(frame[name].to_numpy()) for name in frame}


@pytest.mark.parametrize("memory", [0.0, 0.95])
def test_without_drift_hardly_a_feature_is_called_drifted(memory):
    found = feature_drift(
        references(autoregressions(6_000, memory, 1)), autoregressions(1_000, memory, 2)
    )
    assert (found["status"] == "drifted").sum() <= 1
    # Taken as independent, an AR(1) of 0.95 is called different in more than half of the cases.
    assert (found["ks_pvalue"] <= 0.05).sum() <= 1


def test_a_shift_of_half_a_deviation_is_found_and_only_where_it_is():
    current = autoregressions(1_000, 0.0, 2)
    current[NAMES[:5]] += 0.5
    found = feature_drift(references(autoregressions(6_000, 0.0, 1)), current)
    assert found["feature"].tolist() == NAMES
    assert found.loc[found["status"] == "drifted", "feature"].tolist() == NAMES[:5]
    assert found["psi"][:5].between(0.15, 0.35).all()
    assert (found["kind"] == "feature").all()


def test_a_window_too_short_is_not_judged():
    shifted = autoregressions(249, 0.0, 2) + 3
    found = feature_drift(references(autoregressions(2_000, 0.0, 1)), shifted)
    assert (found["status"] == "insufficient").all()
    assert (found["rows"] == 249).all()
    longer = autoregressions(250, 0.0, 2) + 3
    found = feature_drift(references(autoregressions(2_000, 0.0, 1)), longer)
    assert (found["status"] == "drifted").all()


def test_no_rows_at_all_are_not_judged_either():
    training = autoregressions(500, 0.0, 1)
    found = feature_drift(references(training), training[:0])
    assert (found["status"] == "insufficient").all()
    assert found["psi"].isna().all()


def test_a_feature_that_goes_missing_is_a_finding_of_its_own():
    current = autoregressions(1_000, 0.0, 2)
    current.loc[::2, NAMES[0]] = np.nan
    current[NAMES[1]] = np.nan
    found = feature_drift(references(autoregressions(2_000, 0.0, 1)), current)
    assert found["status"].tolist()[:3] == ["missing", "missing", "stable"]
    assert found["missing_share"].tolist()[:3] == [0.5, 1.0, 0.0]


def test_a_constant_that_stays_is_stable_and_one_that_moves_is_not():
    still = {name: ReferenceDistribution.from_sample(np.full(500, 1.0)) for name in ("a", "b")}
    current = pd.DataFrame({"a": np.full(300, 1.0), "b": np.full(300, 0.5)})
    found = feature_drift(still, current)
    assert found["status"].tolist() == ["stable", "drifted"]
    assert found["psi"].iloc[0] == 0


def test_the_p_values_are_adjusted_for_the_number_of_features():
    current = autoregressions(400, 0.0, 5)
    whole = feature_drift(references(autoregressions(2_000, 0.0, 1)), current)
    alone = [
        feature_drift({name: reference}, current)["ks_pvalue"].iloc[0]
        for name, reference in references(autoregressions(2_000, 0.0, 1)).items()
    ]
    assert (whole["ks_pvalue"] >= np.array(alone) - 1e-12).all()
    assert whole["ks_pvalue"].min() > min(alone)


def test_a_column_that_is_not_there_is_missing_and_the_others_are_judged():
    training, current = autoregressions(2_000, 0.0, 1), autoregressions(500, 0.0, 2)
    found = feature_drift(references(training), current[NAMES[:-1]])
    assert found["status"].tolist()[-1] == "missing"
    assert (found["rows"].iloc[-1], found["missing_share"].iloc[-1]) == (0, 1.0)
    assert found["status"].tolist()[:-1] == ["stable"] * (N_FEATURES - 1)


def test_infinity_is_a_finding_and_no_crash():
    current = autoregressions(500, 0.0, 2)
    current.loc[3, NAMES[0]] = np.inf
    current[NAMES[1]] = -np.inf
    found = feature_drift(references(autoregressions(2_000, 0.0, 1)), current)
    assert found["status"].tolist()[:3] == ["infinite", "infinite", "stable"]
    assert found["infinite_share"].tolist()[:3] == [0.002, 1.0, 0.0]


def test_levels_and_ranges_never_seen_are_told():
    flag, to_one = np.tile([0.0, 1.0], 500), np.linspace(0, 1, 1_000)
    reference = {
        "flag": ReferenceDistribution.from_sample(flag),
        "range": ReferenceDistribution.from_sample(to_one),
    }
    tenth, some = np.arange(300) % 10 == 0, np.arange(300) % 15 == 0
    rng = np.random.default_rng(1)
    current = pd.DataFrame(
        {
            "flag": np.where(tenth, 0.5, flag[:300]),
            "range": np.where(some, 1.1, rng.permutation(np.linspace(0, 1, 300))),
        }
    )
    found = feature_drift(reference, current)
    assert found["outside_share"].tolist() == [0.1, 20 / 300]
    # Where the distribution says more than that, its word counts
    assert found["status"].tolist() == ["drifted", "novel"]


def test_predictions_are_compared_like_a_feature():
    out_of_sample = np.random.default_rng(1).beta(5, 5, 2_000)
    reference = ReferenceDistribution.from_sample(out_of_sample)
    stable = prediction_drift(reference, np.random.default_rng(2).beta(5, 5, 600))
    drifted = prediction_drift(reference, np.random.default_rng(2).beta(8, 5, 600))
    assert (stable["feature"].item(), stable["kind"].item()) == ("probability", "prediction")
    assert (stable["status"].item(), drifted["status"].item()) == ("stable", "drifted")


def test_the_limits_can_be_set():
    training = autoregressions(2_000, 0.0, 1)
    current = autoregressions(1_000, 0.0, 2) + 0.5
    found = feature_drift(references(training), current, DriftLimits(psi=1.0, min_rows=100))
    assert (found["status"] == "stable").all()
