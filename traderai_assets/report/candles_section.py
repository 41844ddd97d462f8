"""Candles: prices with what was done and said on them, and why bars were silent."""

from collections import Counter
from collections.abc import Sequence
from datetime import timedelta

import pandas as pd

from traderai_assets.domain.words import (
    ANOTHER_SPEAKS,
    NO_MODEL,
    NONE_PERMITTED,
    RETIRED,
    SUSPENDED,
    VETOED,
    WORDS,
)
from traderai_assets.pages.parts import Candles, Part, Section, Table, Trace, Words
from traderai_assets.report.candle_marks import (
    counted_markers,
    signal_levels,
    trade_levels,
    trade_markers,
)
from traderai_assets.report.market_pictures import MarketPicture
from traderai_assets.report.tables import rows_table, seconds_of

IN_BACKTEST = ", in the backtest"
_NOT_SPEAKING = (NONE_PERMITTED, ANOTHER_SPEAKS, RETIRED, SUSPENDED, VETOED, NO_MODEL)
_NOTE = (
    "Arrows up: entries of longs, exits of shorts; down: the other way. Dashed: targets and stops, "
    "and how long signals hold. On joined bars an arrow is all that began there: up where it "
    "earned. The latest 200 marks are drawn."
)


def candles_section(pictures: Sequence[MarketPicture]) -> Section:
    """Return the candles of markets, and how often each word was said of the latest bars."""
    parts: list[Part] = [candles_part(picture) for picture in pictures]
    parts.append(words_table(pictures))
    if not pictures:
        parts.insert(0, Words(["No market with candles has a trade or a signal in this period."]))
    return Section("candles", "Candles", parts)


def candles_part(picture: MarketPicture) -> Candles:
    """Return one picture as a part of a page."""
    frame = picture.candles
    prices = frame[["open", "high", "low", "close", "volume"]].to_numpy(float).tolist()
    rows = [
        (at, *(float(value) for value in line))
        for at, line in zip(seconds_of(frame["open_time"]), prices, strict=True)
    ]
    whole = picture.length == picture.bar
    joined = "" if whole else f", joined into bars of {length_text(picture.length)}"
    decided = None if picture.decided is None else picture.decided.bars
    refused = () if picture.decided is None else picture.decided.refused
    tested = ("said by walk-forward folds", picture.tested)
    lines = [("said live", picture.said)]
    lines.append(tested if decided is None else ("said by the model of the month", decided))
    words = shown_words(picture)
    return Candles(
        f"{picture.market}: {picture.title}{joined}",
        rows,  # type: ignore[arg-type]  # six numbers each
        trade_markers(picture.trades, picture.signals) if whole else counted_markers(picture),
        [
            *trade_levels(picture.trades, decided, picture.bar),
            *signal_levels(picture.signals),
        ]
        if whole
        else [],
        list(zip(seconds_of(words["open_time"]), words["word"].astype(str), strict=True)),
        " ".join([_NOTE, *(f"The model of {one}." for one in refused)]),
        [Trace(name, _points(said)) for name, said in lines if len(said)],
    )


def shown_words(picture: MarketPicture) -> pd.DataFrame:
    """Return the word of each bar that stands alone: what was said live, else what would have been.

    Where nobody was permitted to speak, the strip would be of one colour, and say nothing of why a
    backtest did not trade: there stands what the model of the month says, marked as such.
    """
    words = picture.words
    if picture.decided is None or words.empty:
        return words
    by_model = picture.decided.bars.set_index("open_time")["word"]
    would = words["open_time"].map(by_model)
    silent = words["word"].isin(_NOT_SPEAKING) & would.notna()
    return words.assign(word=words["word"].where(~silent, would.astype("str") + IN_BACKTEST))


def _points(said: pd.DataFrame) -> list[tuple[int, float | None]]:
    times = seconds_of(said["open_time"])
    return [(at, float(p)) for at, p in zip(times, said["probability"], strict=True)]


def words_table(pictures: Sequence[MarketPicture]) -> Table:
    """Return how often each word was said of the bars that stand one by one."""
    rows = []
    for picture in pictures:
        counts = Counter(shown_words(picture)["word"])
        rows += [
            {
                "market": picture.market,
                "word": f"{word.name}{said}",
                "bars": counts[f"{word.name}{said}"],
                "share": counts[f"{word.name}{said}"] / len(picture.words),
                "meaning": word.meaning,
            }
            for said in ("", IN_BACKTEST)
            for word in WORDS
            if counts[f"{word.name}{said}"]
        ]
    return rows_table(
        "words", "Why bars were silent", rows, shares=("share",),
        note="Of the latest bars of each market; the strip under the candles has them one by one.",
        empty="no bar of these stretches stands alone",
    )  # fmt: skip


def length_text(length: timedelta) -> str:
    """Write the length of a bar: "30 minutes", "12 hours", "3 days"."""
    minutes = int(length.total_seconds() // 60)
    for name, size in (("day", 1440), ("hour", 60)):
        if not minutes % size:
            count = minutes // size
            return f"{count} {name}{'s' if count > 1 else ''}"
    return f"{minutes} minutes"
