"""Crossings in writing: what a card and a data version say of gaps and decisions."""

from datetime import UTC, datetime, timedelta

import numpy as np
import pandas as pd

from traderai_assets.domain.candles.crossings import (
    candles_version,
    content_hash_of,
    crossings_text,
    month_crossings,
    read_crossings,
    standing_decisions,
)
from traderai_assets.domain.candles.frames import time_column
from traderai_assets.domain.candles.gap_classes import GAP_CLASSES
from traderai_assets.domain.months import Month

MARCH = Month(2026, 3)
DAY = timedelta(days=1)
BARRED = next(name for name, row in GAP_CLASSES.items() if not row.learning_may_cross)
CROSSED = next(name for name, row in GAP_CLASSES.items() if row.learning_may_cross)


def day(number: int) -> datetime:
    return datetime(2026, 3, number, tzinfo=UTC)


def times(*moments: datetime) -> pd.Series:
    return time_column([moment.timestamp() * 1000 for moment in moments])


def gaps(*rows: tuple[datetime, datetime, str]) -> pd.DataFrame:
    starts, ends, kinds = zip(*rows, strict=True) if rows else ((), (), ())
    return pd.DataFrame(
        {"start": times(*starts), "end": times(*ends), "kind": pd.Series(kinds, dtype="str")}
    )


def decisions(*rows: tuple[datetime, int, str, float]) -> pd.DataFrame:
    opened, said, verdicts, ratios = zip(*rows, strict=True) if rows else ((), (), (), ())
    return pd.DataFrame(
        {
            "open_time": times(*opened),
            "decided_at": times(*(day(20) + hour * timedelta(hours=1) for hour in said)),
            "verdict": pd.Series(verdicts, dtype="str"),
            "ratio": np.array(ratios, dtype=np.float64),
        }
    )


def test_what_is_written_is_read_again():
    known = month_crossings(
        gaps((day(2), day(4), BARRED), (day(6), day(7), CROSSED)),
        decisions((day(9), 1, "ratio", 0.001), (day(11), 1, "real", np.nan)),
        month=MARCH,
        last=day(15),
    )
    text = crossings_text(known)
    assert text == (
        "2026-03-02T00:00:00+00:00/2026-03-04T00:00:00+00:00 "
        "2026-03-09T00:00:00+00:00*0.001 2026-03-11T00:00:00+00:00=real"
    )
    assert read_crossings([text]) == known


def test_an_ordinary_month_has_nothing_to_say_and_the_version_of_its_candles_is_their_hash():
    known = month_crossings(gaps((day(6), day(7), CROSSED)), decisions(), month=MARCH, last=day(15))
    assert crossings_text(known) == ""
    assert candles_version("a" * 32, "") == "a" * 32
    other = candles_version("a" * 32, "2026-03-11T00:00:00+00:00=real")
    assert other != "a" * 32
    assert content_hash_of(other) == "a" * 32


def test_silence_that_nothing_followed_yet_keeps_nothing_apart_until_the_month_is_over():
    trailing = gaps((day(10), day(12), BARRED))
    assert month_crossings(trailing, decisions(), month=MARCH, last=day(9)).barred == ()
    assert month_crossings(trailing, decisions(), month=MARCH, last=day(12)).barred != ()
    to_the_end = gaps((day(10), MARCH.end, BARRED))
    assert month_crossings(to_the_end, decisions(), month=MARCH, last=day(9)).barred != ()


def test_the_last_word_on_a_bar_counts_and_can_be_taken_back():
    said = decisions(
        (day(9), 1, "ratio", 10.0),
        (day(9), 2, "ratio", 100.0),
        (day(11), 3, "real", np.nan),
        (day(11), 4, "revoked", np.nan),
    )
    standing = standing_decisions(said)
    assert standing[["verdict", "ratio"]].to_numpy().tolist() == [["ratio", 100.0]]
