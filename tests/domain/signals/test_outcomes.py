"""How signals end: by hand on minute bars, and that no ended signal ever changes."""

from datetime import timedelta

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from traderai_assets.domain.errors import InvalidInput
from traderai_assets.domain.months import Month
from traderai_assets.domain.signals.generation import generate_signals
from traderai_assets.domain.signals.outcomes import month_outcomes, resolve_outcomes

MINUTE = timedelta(minutes=1)
START = pd.Timestamp("2026-03-01", tz="UTC")
CALM = (100, 100.5, 99.5, 100)


def candles(*bars, minutes=None, start=START):
    frame = pd.DataFrame(list(bars), columns=["open", "high", "low", "close"], dtype=float)
    offsets = pd.to_timedelta(minutes if minutes is not None else range(len(bars)), unit="min")
    frame.insert(0, "open_time", (start + offsets).as_unit("ms"))
    return frame


def signals_of(frame, sides, *, width=0.01, valid_bars=2):
    said = {"probability": 0.6, "width": width, "target": width, "stop": width}
    said |= {"size": 1.0, "horizon_bars": valid_bars}
    return generate_signals(frame.assign(side=sides, **said), bar=MINUTE, model_id="m1")


def outcome(frame, *, as_of, side=1, **validity):
    """Outcome of a signal at the first bar."""
    signals = signals_of(frame[:1], [side], **validity)
    return resolve_outcomes(signals, frame, bar=MINUTE, as_of=as_of).iloc[0]


def test_levels_and_return_are_measured_from_the_open_at_which_it_is_entered():
    found = outcome(candles(CALM, (100.5, 102, 100, 101)), as_of=START + 2 * MINUTE)
    assert (found["status"], found["exit_price"], found["bars_held"]) == ("target", 101.505, 1)
    prices = found[["entry_price", "target_price", "stop_price"]].tolist()
    assert prices == [100.5, pytest.approx(101.505), pytest.approx(99.495)]
    assert found["gross_return"] == pytest.approx(0.01)
    assert found["ended_at"] == START + 2 * MINUTE


def test_the_exact_levels_are_known_once_the_entry_bar_has_closed():
    frame = candles(CALM, (200, 200.5, 199.5, 200), (200, 200.5, 199.5, 200))
    early, late = (outcome(frame, as_of=START + n * MINUTE, side=-1) for n in (1, 2))
    levels = ["entry_price", "target_price", "stop_price"]
    assert (early["status"], late["status"]) == ("open", "open")
    assert early[levels].isna().all()
    assert late[levels].tolist() == [200, 198, 202]


def test_a_signal_of_before_there_were_distances_is_held_to_the_prices_it_said():
    frame = candles(CALM, (100.5, 101.5, 100, 101))
    said = signals_of(frame[:1], [1]).assign(target=np.nan, stop=np.nan)
    found = resolve_outcomes(said, frame, bar=MINUTE, as_of=START + 2 * MINUTE).iloc[0]
    assert (found["status"], found["exit_price"]) == ("target", 101)
    assert found["gross_return"] == pytest.approx(101 / 100.5 - 1)
    assert found[["entry_price", "target_price", "stop_price"]].tolist() == [100.5, 101, 99]


def test_both_barriers_in_one_bar_count_as_the_stop():
    found = outcome(candles(CALM, (100, 102, 98, 100)), as_of=START + 2 * MINUTE, side=-1)
    assert (found["status"], found["exit_price"]) == ("stop", 101)
    assert found["gross_return"] == pytest.approx(-0.01)


def test_an_entry_far_from_the_close_takes_its_levels_with_it():
    found = outcome(candles(CALM, (98, 98.5, 97, 98)), as_of=START + 2 * MINUTE)
    assert (found["status"], found["bars_held"]) == ("stop", 1)
    assert found["exit_price"] == found["stop_price"] == pytest.approx(97.02)


def test_a_signal_is_open_until_a_bar_has_closed_that_ends_it():
    frame = candles(CALM, CALM, (100, 100.5, 99.5, 100.3), (100, 120, 80, 100))
    for as_of in (START, START + MINUTE, START + 2 * MINUTE, START + 2.9 * MINUTE):
        found = outcome(frame, as_of=as_of)
        assert found["status"] == "open"
        assert pd.isna(found["ended_at"])
        assert np.isnan(found["exit_price"])
        assert np.isnan(found["gross_return"])
    found = outcome(frame, as_of=START + 3 * MINUTE)
    assert (found["status"], found["exit_price"], found["bars_held"]) == ("expired", 100.3, 2)
    assert found["ended_at"] == START + 3 * MINUTE


def test_a_clock_that_runs_ahead_of_the_candles_ends_nothing():
    assert outcome(candles(CALM, CALM), as_of=START + timedelta(days=9))["status"] == "open"


def test_where_the_bar_of_the_expiry_is_absent_the_next_bar_says_so():
    frame = candles(CALM, CALM, (100.7, 102, 98, 100), minutes=[0, 1, 7])
    assert outcome(frame, as_of=START + 7 * MINUTE)["status"] == "open"
    found = outcome(frame, as_of=START + 8 * MINUTE)
    assert (found["status"], found["exit_price"]) == ("expired", 100.7)
    assert found["ended_at"] == START + 8 * MINUTE


def test_a_signal_without_a_bar_in_its_validity_expires_unentered():
    found = outcome(candles(CALM, CALM, minutes=[0, 7]), as_of=START + 8 * MINUTE)
    assert (found["status"], found["gross_return"], found["bars_held"]) == ("expired", 0, 0)
    unknown = ["entry_price", "target_price", "stop_price", "exit_price"]
    assert found[unknown].isna().all()


def test_where_the_next_bar_is_absent_the_entry_is_the_first_one_in_the_validity():
    frame = candles(CALM, (101, 101.5, 100.5, 101), (101, 110, 90, 100), minutes=[0, 2, 9])
    found = outcome(frame, as_of=START + 3 * MINUTE)
    assert (found["status"], found["entry_price"], found["exit_price"]) == ("expired", 101, 101)
    assert (found["ended_at"], found["bars_held"]) == (START + 3 * MINUTE, 1)


def test_candles_that_begin_after_a_signal_are_refused():
    frame = candles(CALM, CALM, CALM)
    with pytest.raises(InvalidInput, match="give the candles from that bar on"):
        resolve_outcomes(signals_of(frame[:1], [1]), frame[1:], bar=MINUTE, as_of=START)


def test_no_signals_and_no_candles_give_frames_of_the_same_types():
    frame = candles(CALM, CALM, CALM)
    some = resolve_outcomes(signals_of(frame, [1, 1, 0]), frame, bar=MINUTE, as_of=frame_end(frame))
    none = resolve_outcomes(signals_of(frame, [0, 0, 0]), frame, bar=MINUTE, as_of=START)
    early = resolve_outcomes(signals_of(frame, [1, 1, 0]), frame[:0], bar=MINUTE, as_of=START)
    pd.testing.assert_series_equal(some.dtypes, none.dtypes)
    pd.testing.assert_series_equal(some.dtypes, early.dtypes)
    assert early["status"].tolist() == ["open", "open"]
    assert str(some["ended_at"].dtype) == "datetime64[ms, UTC]"


def frame_end(frame):
    return frame["open_time"].iloc[-1] + MINUTE


@st.composite
def markets(draw, start=START):
    """Jumpy candles with absent bars, and signals of either side at about half of them."""
    n_bars = draw(st.integers(2, 40))
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    opens = 100 * np.exp(np.cumsum(rng.normal(0, 0.01, n_bars)))
    closes = opens * np.exp(rng.normal(0, 0.01, n_bars))
    reach = rng.exponential(0.8, (2, n_bars))
    high, low = np.maximum(opens, closes) + reach[0], np.minimum(opens, closes) - reach[1]
    minutes = np.cumsum(rng.choice([1, 1, 1, 2, 5], n_bars))
    bars = zip(opens, high, low, closes, strict=True)
    frame = candles(*bars, minutes=minutes, start=start)
    sides = rng.choice([-1, 0, 0, 1], n_bars)
    return frame, signals_of(frame, sides, valid_bars=draw(st.integers(1, 8)))


@settings(max_examples=100, deadline=None)
@given(markets(), st.integers(0, 110), st.integers(0, 110))
def test_what_had_ended_stays_as_it_was_and_a_clock_set_back_finds_the_earlier_state(
    market, first, second
):
    frame, signals = market
    earlier, later = (START + minutes * MINUTE for minutes in sorted((first, second)))
    before = resolve_outcomes(signals, frame, bar=MINUTE, as_of=earlier)
    after = resolve_outcomes(signals, frame, bar=MINUTE, as_of=later)
    ended = before["status"] != "open"
    pd.testing.assert_frame_equal(after[ended], before[ended])
    # What the later clock calls ended by then is what the earlier clock called ended, and no more.
    ended_by_then = after["ended_at"] <= earlier
    assert ended_by_then.tolist() == ended.tolist()
    # Candles that close later than asked about might as well not be stored.
    known = frame[frame["open_time"] + MINUTE <= earlier]
    if len(known):
        unseen = resolve_outcomes(signals, known, bar=MINUTE, as_of=later)
        pd.testing.assert_frame_equal(unseen, before)


@settings(max_examples=50, deadline=None)
@given(markets(start=pd.Timestamp("2026-03-31 23:30", tz="UTC")))
def test_each_ended_signal_stands_in_exactly_the_month_it_ended_in(market):
    frame, signals = market
    march, april = (
        month_outcomes(signals, frame, month=month, bar=MINUTE)
        for month in (Month(2026, 3), Month(2026, 4))
    )
    whole = resolve_outcomes(signals, frame, bar=MINUTE, as_of=frame_end(frame))
    ended = pd.concat([part[part["status"] != "open"] for part in (march, april)])
    expected = whole[whole["status"] != "open"]
    assert ended.sort_values("open_time")["open_time"].tolist() == expected["open_time"].tolist()
    assert (march["ended_at"].dropna() <= Month(2026, 3).end).all()
    assert (april["ended_at"].dropna() > Month(2026, 4).start).all()


def test_a_signal_open_at_the_end_of_a_month_stands_there_as_open_and_then_as_ended():
    start = pd.Timestamp("2026-03-31 23:58", tz="UTC")
    frame = candles(CALM, CALM, CALM, CALM, start=start)
    signals = signals_of(frame[:1], [1], valid_bars=2)
    march = month_outcomes(signals, frame, month=Month(2026, 3), bar=MINUTE)
    april = month_outcomes(signals, frame, month=Month(2026, 4), bar=MINUTE)
    assert march["status"].tolist() == ["open"]
    assert april["status"].tolist() == ["expired"]
    assert april["ended_at"].tolist() == [pd.Timestamp("2026-04-01 00:01", tz="UTC")]


def test_a_signal_that_ends_on_the_stroke_of_the_month_belongs_to_the_month_before():
    start = pd.Timestamp("2026-03-31 23:58", tz="UTC")
    frame = candles(CALM, CALM, CALM, start=start)
    signals = signals_of(frame[:1], [1], valid_bars=1)
    march = month_outcomes(signals, frame, month=Month(2026, 3), bar=MINUTE)
    assert march["status"].tolist() == ["expired"]
    assert month_outcomes(signals, frame, month=Month(2026, 4), bar=MINUTE).empty
