"""Every closed bar has one word, and what was said is said once, whatever becomes of the clock."""

from datetime import datetime, timedelta

import pandas as pd
import pytest

from tests.assets.conftest import LATER, NOW
from tests.assets.in_process_platform import InProcessPlatform
from traderai_assets.domain.signals.identity import signal_id
from traderai_assets.domain.words import OF_PREDICTIONS, WORDS
from traderai_assets.schemas.candles import CANDLES
from traderai_assets.schemas.features import FEATURES
from traderai_assets.schemas.predictions import PREDICTIONS
from traderai_assets.schemas.signal_outcomes import SIGNAL_OUTCOMES
from traderai_assets.schemas.signals import SIGNALS
from traderai_assets.status.words import latest_words, words_between
from traderai_assets.strategies import strategies_of

JUNE = "2024-06"
HOUR = timedelta(hours=1)
# When the first bar opened that the champion of June 12, 05:00, spoke of
SINCE = pd.Timestamp("2024-06-12 05:00", tz="UTC")


def speak(platform: InProcessPlatform, now: datetime) -> None:
    platform.now_is(now)
    platform.run("update_latest", JUNE)
    platform.run("generate_signals", JUNE)


def said(platform: InProcessPlatform) -> tuple[pd.DataFrame, pd.DataFrame]:
    return platform.rows(PREDICTIONS, JUNE), platform.rows(SIGNALS, JUNE)


def words(platform: InProcessPlatform, start: datetime, end: datetime) -> pd.Series:
    [strategy] = strategies_of(platform.settings)
    found = words_between(platform.lake, platform.settings, strategy, platform.market, start, end)
    return found.set_index("open_time")["word"]


def test_every_closed_bar_since_there_are_features_has_one_word(old_platform: InProcessPlatform):
    first = old_platform.rows(FEATURES, "2024-03")["open_time"].iloc[0]
    last = old_platform.rows(CANDLES, JUNE)["open_time"].iloc[-1]
    found = words(old_platform, first - 5 * HOUR, last + HOUR)
    assert found.index.tolist() == pd.date_range(first, last, freq=HOUR).tolist()
    assert set(found) <= {word.name for word in WORDS}
    before, since = found[found.index < SINCE], found[found.index >= SINCE]
    # Its exchange halted on March 29 from 07:45 to 08:40: of no whole hour
    assert set(before) <= {"no_strategy_permitted", "gap"}
    predictions, signals = said(old_platform)
    assert since.tolist() == predictions["word"].tolist()
    assert set(predictions["word"]) <= set(OF_PREDICTIONS)
    assert since[since == "signal"].index.tolist() == signals["open_time"].tolist()


def test_a_signal_and_its_outcome_have_the_same_id_and_no_other_has(
    old_platform: InProcessPlatform,
):
    _, signals = said(old_platform)
    outcomes = old_platform.rows(SIGNAL_OUTCOMES, JUNE)
    assert outcomes["signal_id"].tolist() == signals["signal_id"].tolist()
    assert signals["signal_id"].is_unique
    first = signals.iloc[0]
    opened = int(first["open_time"].timestamp() * 1000)
    assert first["signal_id"] == signal_id(
        "default", old_platform.market, opened, first["model_id"]
    )
    assert (signals["valid_from"] == signals["open_time"] + HOUR).all()
    assert (signals["valid_until"] == signals["valid_from"] + 3 * HOUR).all()


def test_after_an_outage_what_would_be_over_is_too_late_and_no_signal(
    old_platform: InProcessPlatform,
):
    before, given = said(old_platform)
    speak(old_platform, LATER + 12 * HOUR)
    predictions, signals = said(old_platform)
    known_until = pd.Timestamp(LATER + 12 * HOUR).floor("h")
    new = signals[len(given) :]
    assert (new["valid_until"] > known_until).all()
    late = predictions[len(before) :]
    assert len(late) == 12
    over = late["open_time"] + 4 * HOUR <= known_until
    assert (late.loc[over, "side"] == 0).all()
    assert "too_late" in set(late.loc[over, "word"])
    assert "too_late" not in set(late.loc[~over, "word"])
    pd.testing.assert_frame_equal(signals[: len(given)], given)


def test_a_bar_whose_candle_comes_after_a_later_one_was_spoken_of_is_told_and_never_revived(
    old_platform: InProcessPlatform,
):
    """A late candle: its bar was a gap while the next one was spoken of."""
    old_platform.now_is(LATER + 3 * HOUR)
    old_platform.run("update_latest", JUNE)
    whole, candles = old_platform.rows(FEATURES, JUNE), old_platform.rows(CANDLES, JUNE)
    absent = candles["open_time"].iloc[-2]
    old_platform.store(CANDLES, JUNE, candles[candles["open_time"] != absent])
    old_platform.store(FEATURES, JUNE, whole[whole["open_time"] != absent])
    old_platform.run("generate_signals", JUNE)
    first = said(old_platform)
    assert words(old_platform, absent, absent + HOUR).tolist() == ["gap"]

    old_platform.store(CANDLES, JUNE, candles)
    old_platform.store(FEATURES, JUNE, whole)
    for _ in range(2):
        old_platform.run("generate_signals", JUNE)
        for then, now in zip(first, said(old_platform), strict=True):
            pd.testing.assert_frame_equal(now, then)
    assert words(old_platform, absent, absent + HOUR).tolist() == ["too_late"]


@pytest.mark.parametrize("jump", [-400 * 24 * HOUR, -5 * HOUR, 0 * HOUR])
def test_a_clock_set_back_and_a_run_made_again_say_nothing_twice(
    old_platform: InProcessPlatform, jump: timedelta
):
    first, hashes = said(old_platform), old_platform.hashes(SIGNALS)
    old_platform.now_is(LATER + jump)
    old_platform.run("generate_signals", JUNE)
    for then, now in zip(first, said(old_platform), strict=True):
        pd.testing.assert_frame_equal(now, then)
    assert old_platform.hashes(SIGNALS) == hashes


def test_a_clock_that_jumps_ahead_makes_nothing_late_and_ends_nothing(
    old_platform: InProcessPlatform,
):
    """Only candles do, and a year ahead there is no candle more."""
    old_platform.now_is(LATER + HOUR)
    old_platform.run("update_latest", JUNE)
    old_platform.now_is(NOW + timedelta(days=365))
    old_platform.run("generate_signals", JUNE)
    predictions, _ = said(old_platform)
    assert predictions["open_time"].iloc[-1] + HOUR == LATER.replace(minute=0) + HOUR
    assert predictions["word"].iloc[-1] != "too_late"


def test_a_signal_that_a_kill_kept_back_is_said_while_it_holds_and_never_after(
    old_platform: InProcessPlatform,
):
    _, whole = said(old_platform)
    kept_back = whole[whole["open_time"] < whole["open_time"].iloc[-1]]
    last = whole["open_time"].iloc[-1]
    # The kill came between the two tables, in a run whose last bar this was
    predictions, candles = old_platform.rows(PREDICTIONS, JUNE), old_platform.rows(CANDLES, JUNE)
    features = old_platform.rows(FEATURES, JUNE)

    def as_of_the_kill() -> None:
        for table, rows in (
            (CANDLES, candles),
            (FEATURES, features),
            (PREDICTIONS, predictions),
        ):
            old_platform.store(table, JUNE, rows[rows["open_time"] <= last])
        old_platform.store(SIGNALS, JUNE, kept_back)

    as_of_the_kill()
    assert words(old_platform, last, last + HOUR).tolist() == ["pending"]
    old_platform.run("generate_signals", JUNE)
    pd.testing.assert_frame_equal(old_platform.rows(SIGNALS, JUNE), whole)
    as_of_the_kill()
    speak(old_platform, (last + 5 * HOUR).to_pydatetime())
    assert last not in set(old_platform.rows(SIGNALS, JUNE)["open_time"])
    assert words(old_platform, last, last + HOUR).tolist() == ["too_late"]


def test_the_latest_words_are_told_with_intervals_and_how_often_each_was_said(
    old_platform: InProcessPlatform,
):
    [strategy] = strategies_of(old_platform.settings)
    found = latest_words(
        old_platform.lake, old_platform.settings, strategy, old_platform.market, 48
    )
    assert len(found.rows) == sum(found.counts.values()) == 48
    assert found.rows[0]["bar"] == f"{LATER - HOUR:%Y-%m-%d %H}:00"
    assert {"probability", "lower", "upper"} <= found.rows[0].keys()
    # 30 bars were spoken of, of which too few are known for an interval
    assert (found.coverage, found.counts["no_strategy_permitted"]) == (None, 18)
    assert found.outlier_rate is not None
