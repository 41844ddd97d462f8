"""What rivals are measured by, and how sure a difference is."""

from dataclasses import replace

import numpy as np
import pytest

from benchmarks.judging import platform_plan
from benchmarks.planted import NOISE
from benchmarks.rivals.comparison import MEASURES, Difference, block_interval, differences
from benchmarks.rivals.forecasts import by_probability
from benchmarks.rivals.measures import Measured, calibration_error, correlation, frame_of, measure
from benchmarks.rivals.report import rivals_page
from benchmarks.rivals.sources import REAL, SimulatedMonth
from traderai_assets.domain.statistics.bootstrap import MeanInterval

ONE = Measured(
    group=REAL,
    market="BTC/USDT",
    block="2023-01",
    month="2023-01",
    rival="product",
    bars=8_000,
    auc=0.52,
    ic=0.01,
    rank_ic=0.02,
    log_loss=-0.001,
    calibration_error=0.03,
    trades=10,
    net_return=0.01,
    net_sharpe=1.0,
    cpu_seconds=5.0,
)


def known_outcomes(month, plan):
    """A rival that knows which way each bar will go."""
    outcomes = month.outcomes(plan)
    probability = 0.5 + 0.4 * outcomes["label"].fillna(0.0).to_numpy()
    return by_probability(
        probability, month, plan, score=outcomes["gross_return"].fillna(0.0).to_numpy()
    )


def test_who_knows_the_outcome_is_measured_as_perfect():
    plan = platform_plan()
    month = SimulatedMonth(NOISE, 1).open(plan.lookback_days)
    found = measure("oracle", known_outcomes, month, plan)
    assert found.auc == found.ic == found.rank_ic == pytest.approx(1.0)
    assert found.log_loss == pytest.approx(-np.log(0.9) - np.log(2.0), abs=0.01)
    assert found.calibration_error == pytest.approx(0.1)
    assert found.trades > 500
    assert found.net_return > 1.0
    assert found.net_sharpe > 50
    # The last bars of the candles have no outcome yet
    assert 0 < len(month.served) - found.bars <= plan.horizon_bars + 1


def test_a_calibration_error_is_how_far_shares_are_from_what_was_said():
    rose = np.tile([True, False, False, False], 500)
    assert calibration_error(np.full(2_000, 0.25), rose) == 0.0
    assert calibration_error(np.full(2_000, 0.75), rose) == pytest.approx(0.5)
    # Too high and too low in two bins do not make up for each other
    said = np.repeat([0.15, 0.35], 1_000)
    assert calibration_error(said, rose) == pytest.approx(0.1)


def test_a_score_that_never_changes_is_correlated_with_nothing():
    assert correlation(np.full(3, 0.5), np.arange(3.0)) == 0.0
    assert correlation(np.arange(3.0), -np.arange(3.0)) == pytest.approx(-1.0)


def test_markets_of_a_month_count_once():
    values = np.random.default_rng(3).standard_normal(12)
    months = np.arange(12)
    alone = block_interval(values, months)
    copied = block_interval(np.tile(values, 4), np.tile(months, 4))
    assert (copied.lower, copied.upper) == pytest.approx((alone.lower, alone.upper))
    apart = block_interval(np.tile(values, 4), np.arange(48))
    assert apart.upper - apart.lower < 0.6 * (alone.upper - alone.lower)


def test_an_interval_of_few_months_holds_the_truth_as_often_as_it_says():
    random = np.random.default_rng(5)
    found = [block_interval(random.standard_normal(8), np.arange(8)) for _ in range(200)]
    assert np.mean([one.lower <= 0 <= one.upper for one in found]) > 0.9


def test_one_month_says_nothing_of_chance():
    assert block_interval(np.array([1.0, 2.0]), np.zeros(2)) == MeanInterval(-np.inf, 1.5, np.inf)


@pytest.mark.parametrize(
    ("column", "bounds", "verdict"),
    [
        ("auc", (0.1, 0.2), "ahead"),
        ("auc", (-0.2, -0.1), "behind"),
        ("auc", (-0.1, 0.1), "open"),
        ("log_loss", (0.1, 0.2), "behind"),
        ("log_loss", (-0.2, -0.1), "ahead"),
    ],
)
def test_a_lower_loss_is_better_and_a_higher_auc(column, bounds, verdict):
    [measure_of] = [one for one in MEASURES if one.column == column]
    interval = MeanInterval(bounds[0], sum(bounds) / 2, bounds[1])
    assert Difference(measure_of, "a", interval).verdict == verdict


def months_of(rival, count=32, **changes):
    """Two markets a month, each with a little noise of its own."""
    noise = np.random.default_rng(count).normal(0.0, 1e-4, count)
    return [
        replace(
            ONE,
            rival=rival,
            market=f"market {number % 2}",
            block=f"month {number // 2:02}",
            month=f"month {number // 2:02}",
            **({"auc": 0.52 + noise[number]} | changes),
        )
        for number in range(count)
    ]


def test_what_a_rival_does_not_say_is_not_compared():
    measured = frame_of([*months_of("product"), *months_of("other", log_loss=None)])
    found = differences(measured, "product", ["product", "other"])
    assert "log_loss" not in [one.measure.column for one in found]
    assert len(found) == len(MEASURES) - 1


def test_the_page_says_where_the_product_loses():
    rivals = ["product", "plain LightGBM"]
    better = months_of("plain LightGBM", auc=0.53, calibration_error=0.05)
    page = rivals_page(frame_of([*months_of("product"), *better]), *_asked(rivals))
    assert "Binance, month 00 to month 15, 32 market-months" in page
    assert "- On real candles: AUC to plain LightGBM by -0.0100 (-0.0100 to -0.0099)." in page
    assert "over 32: **not met**." in page
    assert "-0.020 (-0.020 to -0.020), ahead" in page


def test_the_demand_is_met_by_an_auc_as_good_over_enough_months():
    rivals = ["product", "plain LightGBM"]
    alike = frame_of([*months_of("product"), *months_of("plain LightGBM")])
    assert "over 32: met." in rivals_page(alike, *_asked(rivals))
    few = frame_of([*months_of("product", 20), *months_of("plain LightGBM", 20)])
    page = rivals_page(few, *_asked(rivals))
    assert "over 20: **not met**." in page
    assert "to nobody beyond chance" in page


def test_a_page_without_real_candles_says_so():
    simulated = [replace(one, group="noise") for one in months_of("product")]
    page = rivals_page(frame_of(simulated), *_asked(["product"]))
    assert "No folder of real candles was given" in page
    assert "Demanded" not in page


def _asked(rivals):
    return "product", rivals, platform_plan()
