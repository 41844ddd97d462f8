"""The rivals: none knows what is to come, each decides as it says; the command runs them all."""

from dataclasses import replace
from datetime import timedelta

import numpy as np
import pandas as pd
import pytest

from benchmarks.judging import quick_plan
from benchmarks.planted import BAR, FAINT, MIDDLING
from benchmarks.rivals import freqai, run
from benchmarks.rivals.forecasts import (
    by_frames,
    by_probability,
    last_value,
    logistic_regression,
)
from benchmarks.rivals.freqai import bars_to_exit, coming_means, shifted
from benchmarks.rivals.run import RIVALS, compare, gather
from benchmarks.rivals.sources import SimulatedMonth, real_months
from traderai_assets.domain.errors import NotEnoughData
from traderai_assets.domain.months import Month

WEEK = timedelta(days=7)
# Labels and targets of the last rows before a fit reach beyond these moments
CUTS = dict.fromkeys(RIVALS, 2 * BAR) | {"FreqAI-like": WEEK + 2 * BAR}


@pytest.fixture(scope="module")
def plan():
    whole = quick_plan()
    search = replace(whole.search, learner_trials=1, policy_trials=3)
    return replace(whole, lookback_days=6, n_folds=2, rounds=20, search=search)


@pytest.fixture(scope="module")
def month(plan):
    return SimulatedMonth(FAINT, 3).open(plan.lookback_days)


@pytest.fixture(autouse=True)
def _short_train_period(monkeypatch):
    monkeypatch.setattr(freqai, "TRAIN_PERIOD", timedelta(days=1))


def stepped(month, moment, factor):
    """The same month, prices and volumes that much higher from a moment on: open labels follow."""
    candles = month.candles.copy()
    later = candles["open_time"] >= pd.Timestamp(moment)
    candles.loc[later, candles.columns.drop("open_time")] *= factor
    return replace(month, candles=candles)


@pytest.mark.parametrize(
    "name",
    [pytest.param(name, marks=[pytest.mark.slow] * (name == "FreqAI-like")) for name in RIVALS],
)
def test_what_comes_later_changes_no_forecast(name, month, plan):
    moment = month.month.start + CUTS[name]
    rising, falling = (stepped(month, moment, factor) for factor in (1.5, 0.7))
    earlier = (rising.served["open_time"] < pd.Timestamp(moment)).to_numpy()
    assert earlier.sum() == CUTS[name] / BAR
    one, two = RIVALS[name](rising, plan), RIVALS[name](falling, plan)
    np.testing.assert_array_equal(one.score[earlier], two.score[earlier])
    if one.probability is not None:
        np.testing.assert_array_equal(one.probability[earlier], two.probability[earlier])
    np.testing.assert_array_equal(one.decided["side"][earlier], two.decided["side"][earlier])
    assert (one.score[~earlier] != two.score[~earlier]).any()


def test_a_month_begins_with_labels_that_had_ended_and_candles_that_had_closed(month, plan):
    known = month.known(plan)
    start = pd.Timestamp(month.month.start)
    assert known.labels["label_end"].max() == start
    assert known.candles["open_time"].max() == start - BAR
    assert known.features["open_time"].min() == start - timedelta(days=plan.lookback_days)
    assert len(month.served) == 30 * timedelta(days=1) / BAR


def test_a_side_is_taken_where_what_is_expected_pays_the_costs(month, plan):
    width = month.width(plan)
    edge = np.tile([0.0, 0.9, 1.1, -0.9, -1.1], len(width) // 5) * plan.costs.round_trip / width
    decided = by_probability(0.5 + edge / 2.0, month, plan).decided
    assert decided["side"].tolist() == np.tile([0, 0, 1, 0, -1], len(width) // 5).tolist()
    np.testing.assert_array_equal(decided["target"], width)
    np.testing.assert_array_equal(decided["stop"], width)
    assert (decided["horizon_bars"] == plan.horizon_bars).all()


def test_the_last_value_is_the_sign_of_the_return_that_was(month, plan):
    close = month.candles["close"].to_numpy()
    first = month.candles["open_time"].searchsorted(pd.Timestamp(month.month.start))
    was = np.sign(close[first:] - close[first - plan.horizon_bars : -plan.horizon_bars])
    np.testing.assert_array_equal(last_value(month, plan).score, was)


def test_a_target_is_the_mean_of_the_coming_closes_known_when_the_last_has_closed():
    times = pd.Series(pd.date_range("2026-01-01", periods=5, freq=BAR, tz="UTC"))
    times[4] += BAR  # One bar is absent
    candles = pd.DataFrame({"open_time": times, "close": [10.0, 11.0, 13.0, 9.0, 10.0]})
    found = coming_means(candles, 2, BAR)
    np.testing.assert_allclose(found["target"], [0.2, 0.0, 9.5 / 13.0 - 1.0, np.nan, np.nan])
    assert found["known_at"].tolist()[:3] == [times[2] + BAR, times[3] + BAR, times[4] + BAR]
    assert found["known_at"].isna().tolist() == [False, False, False, True, True]


def test_a_position_is_held_to_the_next_bar_that_says_exit():
    exits = np.array([True, False, False, True, False])
    open_ms = np.array([0, 5, 10, 20, 25])  # The bar of 15 is absent
    assert bars_to_exit(exits, open_ms, 5, 12).tolist() == [4, 3, 2, 12, 12]
    assert bars_to_exit(exits, open_ms, 5, 3).tolist() == [3, 3, 2, 3, 3]


def test_features_of_two_candles_before_stand_beside_those_of_a_row():
    features = pd.DataFrame({"open_time": [1, 2, 3], "a": [1.0, 2.0, 3.0]})
    assert shifted(features).iloc[2].tolist() == [3.0, 3.0, 2.0, 1.0]


def test_whole_months_of_a_folder_are_served_and_no_others(tmp_path, plan):
    times = pd.date_range("2022-09-01", "2022-12-20", freq=BAR, tz="UTC", inclusive="left")
    walk = np.exp(0.001 * np.random.default_rng(0).standard_normal(len(times)).cumsum())
    candles = pd.DataFrame({"timestamp": times.astype("datetime64[ms, UTC]")})
    for column in ("open", "high", "low", "close"):
        candles[column] = walk
    candles["volume"] = 1.0
    for base in ("BTC", "ETH", "SOL", "DOGE"):
        candles.to_parquet(tmp_path / f"binance__{base}_USDT__5m.parquet")
    found = real_months(tmp_path, plan.lookback_days)
    assert [(one.market, one.month) for one in found] == [
        (f"{base}/USDT", Month(2022, 11)) for base in ("BTC", "ETH", "SOL", "DOGE")
    ]
    opened = found[0].open(plan.lookback_days)
    assert len(opened.served) == 30 * timedelta(days=1) / BAR
    assert opened.outcomes(plan)["label"].notna().all()
    assert len(opened.known(plan).features) == plan.lookback_days * timedelta(days=1) / BAR


def test_a_look_back_that_was_not_opened_is_refused(month, plan):
    month.known(plan, 8)
    with pytest.raises(NotEnoughData, match="ask for more days"):
        month.known(plan, 40)


def known_labels(features, labels, _candles, _plan):
    """Score rows by their labels where these are known, and those of the month, all alike, 0.5."""
    known = labels.set_index("open_time")["label"].reindex(features["open_time"])
    return 0.5 + 0.5 * known.fillna(0.0).to_numpy()


def test_a_function_of_frames_stands_beside_the_others(plan, capsys):
    variants = {"logistic": logistic_regression, "half": by_frames(known_labels, days=40)}
    told = compare(variants, [SimulatedMonth(MIDDLING, 1)], plan=plan, processes=1, days=40)
    assert "middling edge" in told
    assert "| half | 0.5000 | 0.0000 | 0.0000 | - | - | 0.00 | 0.0 | 0 |" in told
    assert "logistic less:" in told
    assert "1/1 middling edge 1 2025-06: AUC logistic 0." in capsys.readouterr().out


@pytest.mark.processes
def test_two_processes_measure_what_one_does(plan):
    months = [SimulatedMonth(MIDDLING, seed) for seed in (1, 2)]
    variants = {"last value": last_value}
    found = [gather(months, variants, plan, processes) for processes in (1, 2)]
    pd.testing.assert_frame_equal(
        *(frame.drop(columns="cpu_seconds") for frame in found), check_exact=True
    )


@pytest.mark.slow
def test_the_command_measures_every_rival_and_writes_the_page_it_is_told(
    tmp_path, plan, monkeypatch, capsys
):
    page = tmp_path / "rivals.md"
    monkeypatch.setattr(run, "quick_plan", lambda: plan)
    monkeypatch.setattr(run, "platform_plan", lambda: plan)
    assert run.main(["--quick", "--processes", "1", "--page", str(page)]) == 0
    assert not page.exists()
    told = capsys.readouterr().out
    assert all(f"\n| {name} | 0." in told for name in RIVALS)
    monkeypatch.setattr(run, "SIMULATED", [SimulatedMonth(MIDDLING, 1)])
    monkeypatch.setattr(run, "RIVALS", {name: RIVALS[name] for name in list(RIVALS)[:2]})
    assert run.main(["--processes", "1", "--page", str(page)]) == 0
    assert page.read_text() in capsys.readouterr().out
