"""Of each closed bar exactly one word, whatever is stored of it."""

from datetime import timedelta

import numpy as np
import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from traderai_assets.domain.signals.bar_words import bar_words
from traderai_assets.domain.words import OF_PREDICTIONS, WORDS

BAR = timedelta(minutes=5)
START = pd.Timestamp("2026-03-01", tz="UTC")
# What may be stored of a bar: its candle and features (none, undefined, defined), who speaks, and
# the word of its prediction, if there is one, with whether its signal is stored
CANDLE, FEATURES = st.booleans(), st.sampled_from(["none", "undefined", "defined"])
SILENCE = st.sampled_from(["", "another_speaks", "suspended", "no_strategy_permitted"])
SAID = st.sampled_from([None, *OF_PREDICTIONS, "unsigned", "side of before", "none of before"])


def words(bars, *, horizon_bars=3):
    """Words of bars told as (candle, features, silence, said)."""
    times = pd.date_range(START, periods=len(bars), freq=BAR).as_unit("ms")
    stored = pd.DataFrame(bars, columns=["candle", "features", "silence", "said"])
    stored.insert(0, "open_time", times)
    known = stored[stored["features"] != "none"]
    predicted = stored[stored["said"].notna()]
    of_before = predicted["said"].str.contains("of before")
    signed = predicted["said"].isin(["signal", "side of before"])
    unsigned = predicted["said"] == "unsigned"
    word = predicted["said"].mask(unsigned, "signal").mask(of_before, None)
    predictions = pd.DataFrame(
        {
            "open_time": predicted["open_time"],
            "width": 0.01,
            "side": np.where(signed | unsigned, 1, 0),
            "word": word.astype("str"),
        }
    )
    return bar_words(
        stored.loc[stored["candle"], ["open_time"]],
        pd.DataFrame(
            {
                "open_time": known["open_time"],
                "one": np.where(known["features"] == "defined", 1.0, np.nan),
            }
        ),
        predictions,
        predicted.loc[signed, ["open_time"]],
        pd.Series(stored["silence"].to_numpy(), times, dtype="str"),
        known_until=times[-1] + BAR,
        bar=BAR,
        horizon_bars=horizon_bars,
    )["word"].tolist()


def test_the_table_names_each_word_once_and_says_what_it_means():
    assert len({word.name for word in WORDS}) == len(WORDS)
    assert all(word.meaning.endswith(".") for word in WORDS)
    assert set(OF_PREDICTIONS) <= {word.name for word in WORDS}


def test_each_reason_is_told_and_the_earlier_of_the_table_goes_before():
    assert words(
        [
            (False, "none", "suspended", None),  # No bar, whoever might have spoken
            (True, "undefined", "suspended", None),
            (True, "undefined", "", None),
            (True, "defined", "", None),  # A later bar has its word
            (True, "defined", "", "outlier"),
            (True, "defined", "", "signal"),
            (True, "defined", "", "none of before"),
            (True, "defined", "", None),
        ]
    ) == [
        "gap",
        "suspended",
        "warm_up",
        "too_late",
        "outlier",
        "signal",
        "below_threshold",
        "pending",
    ]


def test_what_was_said_stays_whatever_becomes_of_the_candle_or_of_who_speaks():
    assert words([(False, "none", "retired", "signal"), (True, "defined", "", None)])[0] == "signal"


def test_a_signal_that_a_kill_kept_back_is_pending_until_it_would_be_over():
    outlier = (True, "defined", "", "outlier")
    bars = [(True, "defined", "", "unsigned"), outlier, outlier, outlier]
    # Decided at 00:05 for three bars, until 00:20, when the fourth bar has closed
    assert words(bars)[0] == "too_late"
    assert words(bars, horizon_bars=4)[0] == "pending"


@settings(max_examples=200, deadline=None)
@given(st.lists(st.tuples(CANDLE, FEATURES, SILENCE, SAID), min_size=1, max_size=12))
def test_every_bar_has_exactly_one_word_of_the_table(bars):
    found = words(bars)
    assert len(found) == len(bars)
    assert set(found) <= {word.name for word in WORDS}
    assert [word == "signal" for word in found] == [
        said in ("signal", "side of before") for *_, said in bars
    ]
