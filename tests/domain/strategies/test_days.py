"""Days of a month, worked by hand: bars of six hours, a cost of one percent a fill."""

from datetime import UTC, datetime, timedelta

import numpy as np
import pandas as pd
import pytest

from traderai_assets.domain.backtest.costs import Costs
from traderai_assets.domain.backtest.decided import trade_decided
from traderai_assets.domain.strategies.days import MARKET_DAY_COLUMNS, ServedMonth, month_days

BAR = timedelta(hours=6)
START = datetime(2024, 5, 1, tzinfo=UTC)
COSTS = Costs(fee_rate=0.01, slippage_rate=0.005, funding_rate=0.0)
MODEL = "a" * 32
NEVER = datetime(2030, 1, 1, tzinfo=UTC)


def candles_of(closes, without=()):
    times = pd.date_range(START, periods=len(closes), freq=BAR).as_unit("ms")
    close = np.array(closes, dtype=float)
    opens = np.concatenate([close[:1], close[:-1]])
    frame = pd.DataFrame(
        {
            "open_time": times,
            "open": opens,
            "high": np.maximum(opens, close),
            "low": np.minimum(opens, close),
            "close": close,
            "volume": 1.0,
        }
    )
    return frame.drop(index=list(without)).reset_index(drop=True)


def decided_on(candles, sides, horizon_bars):
    """Decide at the close of the bars of these numbers; barriers lie where no price comes."""
    decided = candles.assign(side=np.int8(0), target=0.9, stop=0.9, size=1.0, horizon_bars=1)
    for row, side in sides.items():
        decided.loc[row, "side"] = side
    return decided.assign(horizon_bars=horizon_bars)


def served(closes, sides, *, horizon_bars=2, over=True, costs=COSTS, without=()):
    candles = candles_of(closes, without)
    decided = decided_on(candles, sides, horizon_bars)
    result = trade_decided(decided, decided, bar=BAR, costs=costs)
    return ServedMonth(candles, over, MODEL, result.equity, result.trades), result


def days_of(month, *, costs=COSTS, registered_at=NEVER):
    return month_days(month, bar=BAR, costs=costs, registered_at=registered_at)


FLAT, UP = [100.0] * 4, [100.0, 100.0, 100.0, 110.0]


def test_a_long_over_two_bars_is_a_day_and_its_costs_are_told_apart():
    # Decided at the close of bar 0, in at the open of bar 1 (100), out at the close of bar 2 (100)
    month, _ = served([*FLAT, *FLAT], {0: 1})
    days = days_of(month)
    assert list(days.columns) == list(MARKET_DAY_COLUMNS)
    first, second = days.iloc[0], days.iloc[1]
    put_in = 1 / 1.01  # The fee of the entry is paid from the account, too
    entry, leaving = put_in, put_in * 0.995 / 1.005
    assert first["turnover"] == pytest.approx(entry + leaving)
    assert first["costs"] == pytest.approx(
        0.01 * (entry + leaving) + entry * 0.005 / 1.005 + leaving * 0.005 / 0.995
    )
    assert first["gross"] == pytest.approx(0.0, abs=1e-12)
    assert first["net"] == pytest.approx(-first["costs"])
    assert (first["trades"], first["exposure"], first["state"]) == (1, 0.5, "served")
    assert (second["net"], second["turnover"], second["state"]) == (0.0, 0.0, "silent")
    assert (first["funding"], first["buy_and_hold"], first["model_id"]) == (0.0, 0.0, MODEL)


def test_days_multiply_up_to_the_account_and_costs_to_what_was_paid():
    rng = np.random.default_rng(5)
    closes = 100 * np.exp(np.cumsum(rng.normal(0, 0.02, 80)))
    costs = Costs(fee_rate=0.001, slippage_rate=0.002, funding_rate=0.0003)
    month, result = served(
        closes, {5: 1, 11: -1, 22: 1, 40: -1, 61: 1}, horizon_bars=5, costs=costs
    )
    days = days_of(month, costs=costs)
    assert len(days) == 20
    assert np.prod(1 + days["net"]) == pytest.approx(result.equity["equity"].iloc[-1], abs=1e-12)
    assert np.prod(1 + days["buy_and_hold"]) == pytest.approx(closes[-1] / closes[0], abs=1e-12)
    account = np.concatenate([[1.0], np.cumprod(1 + days["net"])[:-1]])
    # Pnl before slippage, of the trades' own gross returns
    bought = result.trades["size"] * _account_before(result) / 1.001
    clean = (bought / (1 + 0.002 * result.trades["side"]) * result.trades["gross_return"]).sum()
    assert (days["gross"] * account).sum() == pytest.approx(clean, abs=1e-12)
    assert (days["funding"] * account).sum() == pytest.approx(result.trades["funding"].sum())
    assert days["trades"].sum() == len(result.trades) == 5
    assert days["exposure"].sum() * 4 == result.equity["position"].ne(0).sum()


def _account_before(result):
    account = np.concatenate([[1.0], result.equity["equity"].to_numpy()])
    at = np.searchsorted(result.equity["open_time"], result.trades["entry_time"])
    return account[at]


def test_a_position_over_midnight_earns_on_both_days_and_is_one_trade():
    free = Costs(0.0, 0.0, 0.0)
    # In at 100 (open of bar 2), 110 at midnight, out at 121 (close of bar 4)
    closes = [100, 100, 100, 110, 121, 121, 121, 121]
    month, _ = served(closes, {1: 1}, horizon_bars=3, costs=free)
    days = days_of(month, costs=free)
    assert days["net"].tolist() == pytest.approx([0.1, 0.1])
    assert days["buy_and_hold"].tolist() == pytest.approx([0.1, 0.1])
    assert days["trades"].tolist() == [1, 0]
    assert days["state"].tolist() == ["served", "served"]


def test_the_day_of_the_last_bar_waits_until_the_month_is_over():
    month, _ = served([*UP, *UP, 110.0], {0: 1, 4: 1}, over=False)
    assert len(days_of(month)) == 2
    over, _ = served([*UP, *UP, 110.0], {0: 1, 4: 1}, over=True)
    pd.testing.assert_frame_equal(days_of(over).head(2), days_of(month))
    assert len(days_of(over)) == 3


def test_what_comes_after_a_day_changes_nothing_of_it():
    early, _ = served([*UP, *UP, 110.0], {0: 1, 6: 1}, over=False, horizon_bars=3)
    late, _ = served(
        [*UP, *UP, 50.0, 40.0, 30.0, 20.0, 9.0], {0: 1, 6: 1}, over=False, horizon_bars=3
    )
    pd.testing.assert_frame_equal(days_of(late).head(2), days_of(early))


def test_a_day_without_candles_is_no_row_and_one_with_some_is():
    month, _ = served([*FLAT, *FLAT, *UP], {1: 1}, without=range(3, 8), horizon_bars=20)
    days = days_of(month)
    assert [f"{day:%d}" for day in days["day"]] == ["01", "03"]
    # Held over the second day, and what it earned then is known on the third
    assert days["net"].iloc[1] > 0.05
    assert days["exposure"].tolist() == pytest.approx([0.25, 1.0])


def test_a_month_without_a_model_is_zeros_that_say_so():
    candles = candles_of([*UP, *UP])
    empty, _ = served(FLAT, {})
    month = ServedMonth(candles, True, None, empty.equity.iloc[:0], empty.trades)
    days = days_of(month)
    assert days["state"].tolist() == ["no_model", "no_model"]
    assert days["model_id"].isna().all()
    assert not days[["net", "gross", "costs", "turnover", "exposure", "trades"]].any(axis=None)
    assert days["buy_and_hold"].tolist() == pytest.approx([0.1, 0.0])


def test_nothing_is_said_of_a_month_that_no_bar_was_traded_of():
    month, _ = served([*FLAT, *FLAT], {})
    assert len(days_of(month)) == 2
    untraded = ServedMonth(month.candles, True, MODEL, month.equity.iloc[:0], month.trades)
    assert days_of(untraded).empty
    nothing = ServedMonth(month.candles.iloc[:0], True, None, month.equity, month.trades)
    assert days_of(nothing).empty


def test_a_day_is_live_when_it_began_after_the_registration():
    month, _ = served([*FLAT, *FLAT, *FLAT], {0: 1})
    at = START + timedelta(days=1)
    assert days_of(month, registered_at=at)["origin"].tolist() == ["backfill", "live", "live"]
    later = at + timedelta(seconds=1)
    assert days_of(month, registered_at=later)["origin"].tolist() == ["backfill"] * 2 + ["live"]


def test_no_market_earns_by_a_step_in_the_unit_of_its_prices():
    month, _ = served([100.0] * 4 + [1.0] * 4, {})
    cut = month.candles.assign(segment=[0] * 4 + [1] * 4)
    cut.loc[4, "open"] = 1.0
    kept = ServedMonth(cut, True, MODEL, month.equity, month.trades)
    assert days_of(kept)["buy_and_hold"].tolist() == pytest.approx([0.0, 0.0])


def test_an_account_that_is_gone_stays_at_nothing():
    closes = [100, 100, 100, 250, 250, 250, 250, 250]
    month, result = served(closes, {0: -1, 4: 1}, horizon_bars=6, costs=Costs(0.0, 0.0, 0.0))
    if result.equity["equity"].iloc[-1] > 0:
        month.equity.loc[3:, "equity"] = 0.0
    days = days_of(month, costs=Costs(0.0, 0.0, 0.0))
    assert days["net"].tolist() == [-1.0, 0.0]
    assert np.isfinite(days[["gross", "costs", "turnover"]].to_numpy()).all()
