"""What learning makes of a step in the unit of prices: neither side knows of the other."""

import numpy as np
import pandas as pd
import pytest

from tests.domain.candles.scaled import BAR, PRICES, START, market, redenominated
from traderai_assets.domain.backtest.bars import Decisions
from traderai_assets.domain.backtest.costs import Costs
from traderai_assets.domain.backtest.engine import run_backtest
from traderai_assets.domain.candles.segments import Crossings, Decision, mark_segments
from traderai_assets.domain.features.month import month_features, undefined_rows
from traderai_assets.domain.labels.month import month_labels
from traderai_assets.domain.labels.outcomes import label_bars
from traderai_assets.domain.months import Month
from traderai_assets.domain.signals.generation import generate_signals
from traderai_assets.domain.signals.outcomes import month_outcomes, resolve_outcomes

MARCH = Month(2026, 3)
CUT = 700
WARM_UP = 288
THREE_DAYS = 3 * 288
FREE = Costs(fee_rate=0.0, slippage_rate=0.0)


def features_of(candles: pd.DataFrame) -> pd.DataFrame:
    return month_features(candles, month=MARCH, bar=BAR)


def labels_of(candles: pd.DataFrame) -> pd.DataFrame:
    return month_labels(candles, month=MARCH, bar=BAR, horizon_bars=12, multiple=1.0)


def held_through(candles: pd.DataFrame, row: int, *, target: float = 0.9) -> Decisions:
    """One long of a hundred bars, decided at `row`."""
    side = np.zeros(len(candles), np.int8)
    side[row] = 1
    return Decisions.of(side, target=target, stop=0.9, horizon_bars=100)


@pytest.mark.parametrize("suspended", [0, THREE_DAYS])
def test_no_position_earns_by_a_hundredfold_redenomination(suspended: int):
    """Without the cut it "earns" 9,888 %."""
    candles = mark_segments(redenominated(market(), CUT, 100.0, suspended=suspended))
    result = run_backtest(candles, held_through(candles, CUT - 10), bar=BAR, costs=FREE)
    [trade] = result.trades.itertuples()
    assert trade.exit_reason == "end"
    assert trade.exit_price == candles["close"].iloc[CUT - 1]
    assert abs(trade.net_return) < 0.1
    assert result.equity["equity"].max() < 1.1
    assert abs(result.metrics["buy_and_hold_return"]) < 0.5


@pytest.mark.parametrize("suspended", [0, THREE_DAYS])
def test_no_label_reaches_across_a_hundredfold_redenomination(suspended: int):
    """Without the cut one is +99,740 %."""
    candles = mark_segments(redenominated(market(), CUT, 1000.0, suspended=suspended))
    labels = label_bars(candles, bar=BAR, horizon_bars=12, multiple=1.0)
    step = candles["open_time"].iloc[CUT]
    before = labels[labels["open_time"] < step]
    assert (before["label_end"] <= step).all()
    assert labels["gross_return"].abs().max() < 0.2
    assert labels["width"].max() < 0.2
    after = labels[labels["open_time"] >= step]
    assert len(after) > 300


@pytest.mark.parametrize("factor", [1e-6, 0.01, 7.0, 1e5])
def test_nothing_behind_a_cut_changes_with_whatever_was_before_it(factor: float):
    candles = redenominated(market(), CUT, 100.0)
    other = candles.copy()
    other.loc[: CUT - 1, PRICES] *= factor
    times = candles["open_time"]
    barred = Crossings(barred=[(times.iloc[CUT - 5], times.iloc[CUT])])
    one, another = (mark_segments(frame, barred) for frame in (candles, other))
    for made in (features_of, labels_of):
        first, second = (
            frame[frame["open_time"] >= times.iloc[CUT]].reset_index(drop=True)
            for frame in (made(one), made(another))
        )
        assert len(first) > 300
        pd.testing.assert_frame_equal(first, second, check_exact=True)


def test_what_was_known_before_a_cut_is_the_same_to_the_bit():
    marked = mark_segments(redenominated(market(), CUT, 100.0))
    for made in (features_of, labels_of):
        cut, whole = made(marked), made(market()[:CUT])
        before = cut[cut["open_time"] < marked["open_time"].iloc[CUT]].reset_index(drop=True)
        pd.testing.assert_frame_equal(before, whole, check_exact=True)


def test_behind_a_cut_nothing_is_known_until_the_longest_warm_up_is_complete():
    candles = mark_segments(redenominated(market(), CUT, 100.0, suspended=THREE_DAYS))
    features = features_of(candles)
    expected = np.zeros(len(features), bool)
    expected[CUT : CUT + WARM_UP] = True
    assert undefined_rows(features).tolist() == expected.tolist()
    known = features.drop(columns="open_time")[~expected]
    assert known.abs().max().max() < 1e6


def test_the_warm_up_behind_a_cut_in_the_month_before_ends_in_this_one():
    candles = market()
    candles["open_time"] -= 1100 * BAR
    candles = mark_segments(redenominated(candles, 1000, 100.0))
    features = features_of(candles)
    assert features["open_time"].iloc[0] == pd.Timestamp(START)
    assert undefined_rows(features).all()  # 188 bars of the 288 are still to come


def test_a_written_ratio_lets_features_labels_and_positions_pass():
    candles = redenominated(market(), CUT, 100.0)
    opened = candles["open_time"].iloc[CUT].to_pydatetime()
    marked = mark_segments(candles, Crossings(decisions=[Decision(opened, 100.0)]))
    plain = market()
    for made in (features_of, labels_of):
        one, other = made(marked), made(plain)
        pd.testing.assert_frame_equal(one, other, check_exact=False, rtol=1e-6, atol=1e-6)
    result = run_backtest(marked, held_through(marked, CUT - 10), bar=BAR, costs=FREE)
    expected = run_backtest(plain, held_through(plain, CUT - 10), bar=BAR, costs=FREE)
    [trade], [honest] = result.trades.itertuples(), expected.trades.itertuples()
    assert trade.net_return == pytest.approx(honest.net_return)
    assert trade.exit_price == pytest.approx(100 * honest.exit_price)  # As the venue had it
    assert result.metrics["turnover"] == pytest.approx(expected.metrics["turnover"])


def signals_at(candles: pd.DataFrame, rows: list[int], *, target: float) -> pd.DataFrame:
    said = candles.iloc[rows][["open_time", "close"]].reset_index(drop=True)
    said = said.assign(probability=0.9, width=0.01, side=1, target=target, stop=0.9, size=1.0)
    return generate_signals(said.assign(horizon_bars=24), bar=BAR, model_id="m" * 32)


def test_a_signal_that_is_open_across_a_step_is_interrupted_and_earns_nothing():
    raw = redenominated(market(), CUT, 100.0)
    candles = mark_segments(raw)
    signals = signals_at(raw, [CUT - 30, CUT - 10, CUT - 1, CUT + 5], target=0.9)
    ended = resolve_outcomes(signals, candles, bar=BAR, as_of=MARCH.end)
    assert ended["status"].tolist() == ["expired", "interrupted", "interrupted", "expired"]
    step_closes = candles["open_time"].iloc[CUT] + BAR
    assert ended["ended_at"].iloc[1] == step_closes
    assert ended["bars_held"].tolist() == [24, 9, 0, 24]
    lost = ended[ended["status"] == "interrupted"]
    assert lost[["gross_return", "exit_price"]].isna().all().all()


def test_before_the_step_is_served_the_signal_is_open():
    raw = redenominated(market(), CUT, 100.0)
    signals = signals_at(raw, [CUT - 10], target=0.9)
    as_of = raw["open_time"].iloc[CUT].to_pydatetime()
    ended = resolve_outcomes(signals, mark_segments(raw), bar=BAR, as_of=as_of)
    assert ended["status"].tolist() == ["open"]


def test_a_signal_lives_on_across_a_written_ratio_in_the_unit_it_was_given_in():
    raw, plain = redenominated(market(), CUT, 100.0), market()
    opened = raw["open_time"].iloc[CUT].to_pydatetime()
    marked = mark_segments(raw, Crossings(decisions=[Decision(opened, 100.0)]))
    rows = [CUT - 10, CUT + 5]
    honest = resolve_outcomes(
        signals_at(plain, rows, target=0.002), plain, bar=BAR, as_of=MARCH.end
    )
    ended = resolve_outcomes(signals_at(raw, rows, target=0.002), marked, bar=BAR, as_of=MARCH.end)
    assert ended["status"].tolist() == honest["status"].tolist()
    np.testing.assert_allclose(ended["gross_return"], honest["gross_return"], rtol=1e-9)


def test_a_signal_whose_own_bar_is_served_in_another_unit_since_is_interrupted():
    """The venue rewrote its whole history: no candle shows a step, and the target is 1/100."""
    plain = market()
    signals = signals_at(plain, [CUT], target=0.5)
    rewritten = redenominated(plain, 0, 100.0)
    ended = month_outcomes(signals, mark_segments(rewritten), month=MARCH, bar=BAR)
    assert ended["status"].tolist() == ["interrupted"]
    assert ended["gross_return"].isna().all()


def test_a_gap_that_learning_may_not_cross_ends_positions_and_labels_alike():
    candles = market().drop(index=range(CUT, CUT + 6)).reset_index(drop=True)
    gap = (candles["open_time"].iloc[CUT - 1] + BAR, candles["open_time"].iloc[CUT])
    marked = mark_segments(candles, Crossings(barred=[gap]))
    result = run_backtest(marked, held_through(marked, CUT - 10), bar=BAR, costs=FREE)
    assert result.trades["exit_time"].tolist() == [gap[0]]
    labels = labels_of(marked)
    before = labels[labels["open_time"] < gap[0]]
    assert (before["label_end"] <= gap[0]).all()
    assert undefined_rows(features_of(marked)).sum() == WARM_UP
