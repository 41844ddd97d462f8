"""What every registered learner must do."""

from dataclasses import replace

import numpy as np
import pytest

from traderai_assets.domain.models.learner import FitSettings
from traderai_assets.domain.models.learners import LEARNERS
from traderai_assets.domain.models.parameters import LEARNER_SPACE
from traderai_assets.domain.models.sample import join_rows

SETTINGS = FitSettings(rounds=40, early_stopping_rounds=10, report_every=5, seed=3)
# A thousand rows, of whose labels six overlap: less is held back than by default
DEFAULTS = LEARNER_SPACE.defaults | {"rows_per_leaf": 40, "feature_share": 0.7, "l2": 5.0}
every_learner = pytest.mark.parametrize("name", LEARNERS)


@pytest.fixture(scope="module")
def samples(planted):
    market = planted()
    rows = join_rows(market.features, market.labels)
    return rows.sample(np.arange(1000)), rows.sample(np.arange(1010, len(rows)))


def fit(name, samples, settings=SETTINGS, report=lambda _: None, bins=None):
    learner = LEARNERS[name]
    chosen = learner.translate(DEFAULTS) | dict(settings.parameters)
    bins = bins or learner.bins(*samples)
    return learner.fit(bins, replace(settings, parameters=chosen), report)


def log_loss(target, log_odds, weight):
    return (weight * (np.logaddexp(0, log_odds) - target * log_odds)).sum() / weight.sum()


@every_learner
def test_a_fit_is_the_same_byte_for_byte(name, samples):
    assert fit(name, samples).to_bytes() == fit(name, samples).to_bytes()


@every_learner
def test_bins_are_shared_by_trials_without_a_trace(name, samples):
    learner = LEARNERS[name]
    shared = learner.bins(*samples)
    for parameters in (
        DEFAULTS,
        DEFAULTS | {"leaves": 5, "rows_per_leaf": 200, "learning_rate": 0.2},
        DEFAULTS | {"feature_share": 0.4, "row_share": 0.6},
    ):
        settings = replace(SETTINGS, parameters=learner.translate(parameters))
        fresh = fit(name, samples, settings).to_bytes()
        assert fit(name, samples, settings, bins=shared).to_bytes() == fresh


@every_learner
def test_bins_like_those_of_older_rows_know_nothing_newer(name, samples):
    train, held_out = samples
    learner = LEARNERS[name]
    older = replace(
        train,
        features=train.features[:400],
        target=train.target[:400],
        weight=train.weight[:400],
    )
    highest = np.nanmax(older.features, axis=0)
    # Beyond what the older rows reach nothing is told apart: all of it is in their last bin
    moved = np.where(train.features > highest, train.features + 1.0, train.features)
    assert (moved != train.features).any()
    like = learner.bins(older, None)
    fitted = [
        fit(name, samples, bins=learner.bins(replace(train, features=features), held_out, like))
        for features in (train.features, moved)
    ]
    assert fitted[0].to_bytes() == fitted[1].to_bytes()


@every_learner
def test_bins_like_those_of_the_same_rows_are_their_own(name, samples):
    train, held_out = samples
    learner = LEARNERS[name]
    shared = learner.bins(train, held_out, learner.bins(train, None))
    assert fit(name, samples, bins=shared).to_bytes() == fit(name, samples).to_bytes()


@every_learner
def test_without_rows_to_stop_by_all_rounds_are_fitted(name, samples):
    assert fit(name, (samples[0], None)).rounds == 40


@every_learner
def test_contributions_add_up_to_the_forecast_less_a_constant(name, samples):
    fitted, features = fit(name, samples), samples[1].features[:50]
    contributions = fitted.contributions(features)
    assert contributions.shape == features.shape
    rest = fitted.predict(features) - contributions.sum(axis=1)
    assert np.ptp(rest) < 1e-5
    assert np.abs(contributions).sum(axis=0).argmax() == 0


@every_learner
def test_shared_parameters_say_the_same_in_every_learners_words(name):
    learner = LEARNERS[name]
    corners = [dict(zip(DEFAULTS, point.values(), strict=True)) for point in LEARNER_SPACE.grid(2)]
    for parameters in (DEFAULTS, *corners):
        own = learner.translate(parameters)
        assert own.keys() == learner.limits.keys()
        for parameter, value in own.items():
            least, most = learner.limits[parameter]
            assert least <= value <= most


@every_learner
def test_another_seed_is_another_fit(name, samples):
    other = FitSettings(rounds=40, early_stopping_rounds=10, report_every=5, seed=4)
    assert fit(name, samples).to_bytes() != fit(name, samples, other).to_bytes()


@every_learner
def test_bytes_read_back_predict_the_same_bits_and_write_the_same_bytes(name, samples):
    fitted = fit(name, samples)
    again = LEARNERS[name].from_bytes(fitted.to_bytes())
    features = samples[1].features
    assert again.predict(features).tobytes() == fitted.predict(features).tobytes()
    assert again.to_bytes() == fitted.to_bytes()
    assert again.rounds == fitted.rounds
    assert again.gain().tolist() == fitted.gain().tolist()


@every_learner
def test_predictions_are_log_odds_of_up(name, samples):
    log_odds = fit(name, samples).predict(samples[1].features)
    assert log_odds.dtype == np.float64
    assert (log_odds > 0).any()
    assert (log_odds < 0).any()
    right = (log_odds > 0) == (samples[1].target > 0)
    assert right.mean() > 0.65


@every_learner
def test_training_stops_early_and_says_which_rounds_were_best(name, samples):
    noise = FitSettings(rounds=300, early_stopping_rounds=5, report_every=1, seed=3)
    heard = []
    fitted = fit(name, samples, noise, heard.append)
    assert heard == list(range(1, fitted.rounds + 1))
    assert fitted.best_rounds == fitted.rounds - 5 < 295
    held_out = samples[1]
    losses = {
        rounds: log_loss(
            held_out.target, fitted.predict(held_out.features, rounds), held_out.weight
        )
        for rounds in range(5, fitted.rounds + 1, 5)
    }
    assert min(losses, key=losses.get) == fitted.best_rounds


@every_learner
def test_no_fit_ends_before_its_least_rounds(name, samples):
    settings = FitSettings(
        rounds=300, early_stopping_rounds=5, report_every=50, seed=3, least_rounds=150
    )
    assert fit(name, samples, settings).rounds >= 150


@every_learner
def test_the_first_trees_predict_what_a_shorter_fit_would(name, samples):
    whole, short = (
        fit(name, (samples[0], None), replace(SETTINGS, rounds=rounds)) for rounds in (40, 15)
    )
    features = samples[1].features
    np.testing.assert_allclose(whole.predict(features, 15), short.predict(features), rtol=1e-6)


@every_learner
def test_rounds_are_reported_every_so_often(name, samples):
    heard = []
    fit(name, samples, report=heard.append)
    assert heard[:2] == [5, 10]


@every_learner
def test_every_limit_belongs_to_a_parameter_that_changes_the_model(name, samples):
    plain = fit(name, samples).to_bytes()
    for parameter, (least, _) in LEARNERS[name].limits.items():
        changed = replace(SETTINGS, parameters={parameter: least})
        assert fit(name, samples, changed).to_bytes() != plain, parameter


@every_learner
def test_the_gain_goes_to_the_planted_feature_and_none_to_the_idle_one(name, samples):
    gain = fit(name, samples).gain()
    assert gain.shape == (6,)
    assert gain.argmax() == 0
    assert gain[5] == 0.0


@every_learner
def test_a_learner_names_its_library(name):
    assert LEARNERS[name].name == name
    assert LEARNERS[name].version()[0].isdigit()
