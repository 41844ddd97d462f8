"""What the domain computes is what the tables of backtests, signals, drift and champions take."""

from datetime import UTC, datetime, timedelta

import numpy as np
import pandas as pd
import pytest

from traderai_assets.domain.backtest.bars import Decisions
from traderai_assets.domain.backtest.costs import Costs
from traderai_assets.domain.backtest.engine import run_backtest
from traderai_assets.domain.backtest.intervals import result_intervals
from traderai_assets.domain.backtest.metrics import metrics_table
from traderai_assets.domain.champions.by_hand import spoke_before, with_change_by_hand
from traderai_assets.domain.champions.choice import Contender, choose_speaker
from traderai_assets.domain.champions.history import ROLLED_BACK, empty_history, with_choice
from traderai_assets.domain.champions.paper import as_spoken
from traderai_assets.domain.champions.periods import champion_periods
from traderai_assets.domain.drift.alarm import drift_table
from traderai_assets.domain.drift.features import feature_drift, prediction_drift
from traderai_assets.domain.drift.performance import performance_drift
from traderai_assets.domain.drift.reference import ReferenceDistribution
from traderai_assets.domain.errors import InvalidRows
from traderai_assets.domain.markets import Market
from traderai_assets.domain.months import Month
from traderai_assets.domain.signals.generation import generate_signals
from traderai_assets.domain.signals.identity import with_identity, with_ids_of
from traderai_assets.domain.signals.outcomes import month_outcomes, resolve_outcomes
from traderai_assets.domain.strategies.states import CANDIDATE, INSUFFICIENT, PROMOTED
from traderai_assets.schemas.backtests import BACKTEST_EQUITY, BACKTEST_METRICS, BACKTEST_TRADES
from traderai_assets.schemas.champions import CHAMPIONS
from traderai_assets.schemas.drift_metrics import DRIFT_METRICS
from traderai_assets.schemas.rows import validated_rows
from traderai_assets.schemas.signal_outcomes import SIGNAL_OUTCOMES
from traderai_assets.schemas.signal_snapshots import SIGNAL_SNAPSHOTS
from traderai_assets.schemas.signals import SIGNALS

BAR = timedelta(minutes=5)
MARCH = Month(2026, 3)


def candles(n_bars):
    rng = np.random.default_rng(0)
    close = 100 * np.exp(np.cumsum(rng.normal(0, 0.003, n_bars)))
    opens = np.concatenate([[100.0], close[:-1]])[:n_bars]
    return pd.DataFrame(
        {
            "open_time": pd.date_range(MARCH.start, periods=n_bars, freq=BAR).as_unit("ms"),
            "open": opens,
            "high": np.maximum(opens, close) * 1.001,
            "low": np.minimum(opens, close) * 0.999,
            "close": close,
            "volume": 1.0,
        }
    )


def sides(n_bars):
    return np.resize([1, 0, -1, 0, 0], n_bars)


def signals(frame):
    said = {"probability": 0.6, "width": 0.005, "target": 0.01, "stop": 0.005, "size": 0.5}
    said |= {"side": sides(len(frame)), "horizon_bars": 12}
    return generate_signals(frame.assign(**said), bar=BAR, model_id="m1")


def spoken(said, state=CANDIDATE):
    speaker = Contender("slow", "0" * 16, state, model_id="m1", served_month=MARCH.key)
    history = with_choice(empty_history(), choose_speaker([speaker]), changed_at=MARCH.start)
    paper = as_spoken(said, champion_periods(history)[0])
    return with_identity(paper, strategy="slow", market=Market("binance", "BTC/USDT", "5m"))


@pytest.mark.parametrize("n_bars", [0, 1, 300])
def test_a_backtest_can_be_stored(n_bars):
    frame = candles(n_bars)
    decisions = Decisions.of(sides(n_bars), target=0.01, stop=0.005, horizon_bars=12)
    result = run_backtest(frame, decisions, bar=BAR, costs=Costs(0.0005, 0.0001, 0.0001))
    account = result.equity["equity"].to_numpy()
    intervals = result_intervals(account, bars_per_year=result.metrics["bars_per_year"])
    figures = metrics_table(
        result.metrics | intervals, frame, bar=BAR, segment="served", model_id="m1"
    )
    assert len(validated_rows(BACKTEST_TRADES, result.trades)) == result.metrics["trades"]
    assert len(validated_rows(BACKTEST_EQUITY, result.equity)) == n_bars
    stored = validated_rows(BACKTEST_METRICS, figures[list(BACKTEST_METRICS.dtypes)])
    assert len(stored) == min(n_bars, 1)
    if n_bars:
        assert stored["start"].item() == MARCH.start
        assert stored["end"].item() == MARCH.start + n_bars * BAR


@pytest.mark.parametrize("n_bars", [0, 1, 300])
def test_signals_outcomes_and_snapshots_can_be_stored(n_bars):
    frame = candles(n_bars)
    said = signals(frame)
    outcomes = with_ids_of(month_outcomes(said, frame, month=MARCH, bar=BAR), spoken(said))
    assert len(validated_rows(SIGNALS, spoken(said))) == len(said)
    assert len(validated_rows(SIGNAL_OUTCOMES, outcomes)) == len(said)
    ended = resolve_outcomes(said, frame, bar=BAR, as_of=MARCH.end)
    snapshots = said.join(ended[["status", "ended_at", "entry_price", "gross_return"]])
    assert len(validated_rows(SIGNAL_SNAPSHOTS, snapshots)) == len(said)


def test_a_candidate_speaks_on_paper_with_a_quarter_and_a_promoted_strategy_in_full():
    said = signals(candles(10))
    paper, full = spoken(said), spoken(said, PROMOTED)
    assert (set(paper["size"]), set(full["size"])) == ({0.125}, {0.5})
    assert (paper["paper"].all(), full["paper"].any()) == (True, False)
    assert set(paper["strategy_state"]) | set(full["strategy_state"]) == {"candidate", "promoted"}
    same = [name for name in said if name != "size"]
    pd.testing.assert_frame_equal(paper[same], said[same])


def test_an_account_that_holds_more_than_cash_and_position_is_refused():
    frame = candles(300)
    decisions = Decisions.of(sides(300), target=0.01, stop=0.005, horizon_bars=12)
    equity = run_backtest(frame, decisions, bar=BAR, costs=Costs(0, 0)).equity
    with pytest.raises(InvalidRows, match="equity is cash and value"):
        validated_rows(BACKTEST_EQUITY, equity.assign(equity=equity["equity"] + 1e-6))


def test_a_signal_that_points_the_wrong_way_is_refused():
    said = signals(candles(10))
    with pytest.raises(InvalidRows, match="target_price on the side's side"):
        validated_rows(SIGNALS, spoken(said.assign(side=-said["side"])))


def test_a_signal_with_one_distance_alone_is_refused():
    said = signals(candles(10))
    with pytest.raises(InvalidRows, match="target and stop null together"):
        validated_rows(SIGNALS, spoken(said.assign(stop=np.nan)))
    before = said.assign(target=np.nan, stop=np.nan)
    assert len(validated_rows(SIGNALS, spoken(before))) == len(said)


def test_an_outcome_with_some_of_its_levels_is_refused():
    frame = candles(300)
    said = spoken(signals(frame))
    outcomes = with_ids_of(resolve_outcomes(said, frame, bar=BAR, as_of=MARCH.end), said)
    with pytest.raises(InvalidRows, match="null together"):
        validated_rows(SIGNAL_OUTCOMES, outcomes.assign(stop_price=np.nan))


def test_an_outcome_that_is_open_and_over_is_refused():
    frame = candles(300)
    said = spoken(signals(frame))
    outcomes = with_ids_of(resolve_outcomes(said, frame, bar=BAR, as_of=MARCH.end), said)
    with pytest.raises(InvalidRows, match="ended_at null exactly while open"):
        validated_rows(SIGNAL_OUTCOMES, outcomes.assign(status="open"))


def test_drift_can_be_stored():
    rng = np.random.default_rng(0)
    reference = ReferenceDistribution.from_sample(rng.normal(size=1_000))
    now = pd.DataFrame({"a": rng.normal(size=300), "b": np.full(300, np.nan)})
    parts = [
        feature_drift({"a": reference, "b": reference}, now),
        prediction_drift(reference, now["a"].to_numpy()),
        performance_drift(None, np.array([])),
    ]
    window = {"window_start": pd.Timestamp(MARCH.start), "window_end": pd.Timestamp(MARCH.end)}
    table = drift_table(parts, model_id="m1", **window)
    assert len(validated_rows(DRIFT_METRICS, table)) == 6
    empty = feature_drift({"a": reference, "b": reference}, now[:0])
    assert len(validated_rows(DRIFT_METRICS, drift_table([empty], model_id="m1", **window))) == 2


def test_the_history_of_champions_can_be_stored():
    at = datetime(2026, 3, 1, tzinfo=UTC)
    history = empty_history()
    validated_rows(CHAMPIONS, history)
    for state, model in ((INSUFFICIENT, "a"), (CANDIDATE, "b"), (PROMOTED, "c")):
        speaker = Contender("slow", "0" * 16, state, model_id=model, served_month=MARCH.key)
        history = with_choice(history, choose_speaker([speaker]), changed_at=at)
    back = Contender("slow", "0" * 16, PROMOTED, model_id="b", served_month=MARCH.key)
    history = with_change_by_hand(
        history,
        choose_speaker([back]),
        spoke_before(history),
        action=ROLLED_BACK,
        changed_at=at,
        reason="by hand",
        by="ada",
        at=at,
    )
    assert validated_rows(CHAMPIONS, history)["model_id"].tolist()[1:] == ["b", "c", "b"]
