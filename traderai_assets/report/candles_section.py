"""Candles: prices with what was done and said on them, and why bars were silent."""

from collections import Counter
from collections.abc import Sequence
from datetime import timedelta

import pandas as pd

from traderai_assets.domain.numbers import percent
from traderai_assets.domain.words import WORDS
from traderai_assets.pages.parts import Candles, Marker, Part, Section, Table, Tone, Trace, Words
from traderai_assets.report.market_pictures import MarketPicture
from traderai_assets.report.tables import rows_table, seconds_of

MOST_LEVELS = 120
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
    lines = [("said live", picture.said), ("said by walk-forward folds", picture.tested)]
    words = zip(seconds_of(picture.words["open_time"]), picture.words["word"], strict=True)
    whole = picture.length == picture.bar
    joined = "" if whole else f", joined into bars of {length_text(picture.length)}"
    return Candles(
        f"{picture.market}: {picture.title}{joined}",
        rows,  # type: ignore[arg-type]  # six numbers each
        _markers(picture.trades, picture.signals) if whole else _counted(picture),
        [*_trade_levels(picture.trades), *_levels(picture.signals)] if whole else [],
        [(at, str(word)) for at, word in words],
        _NOTE,
        [
            Trace(
                name,
                [
                    (at, float(p))
                    for at, p in zip(
                        seconds_of(said["open_time"]), said["probability"], strict=True
                    )
                ],
            )
            for name, said in lines
            if len(said)
        ],
    )


def words_table(pictures: Sequence[MarketPicture]) -> Table:
    """Return how often each word was said of the bars that stand one by one."""
    rows = []
    for picture in pictures:
        counts = Counter(picture.words["word"])
        rows += [
            {
                "market": picture.market,
                "word": word.name,
                "bars": counts[word.name],
                "share": counts[word.name] / len(picture.words),
                "meaning": word.meaning,
            }
            for word in WORDS
            if counts[word.name]
        ]
    return rows_table(
        "words", "Why bars were silent", rows, shares=("share",),
        note="Of the latest bars of each market; the strip under the candles has them one by one.",
        empty="no bar of these stretches stands alone",
    )  # fmt: skip


def _markers(trades: pd.DataFrame, signals: pd.DataFrame) -> list[Marker]:
    made = []
    for one in trades.to_dict("records"):
        long = one["side"] > 0
        tone: Tone = "good" if one["net_return"] > 0 else "bad"
        entry, leave = (_seconds(one[name]) for name in ("entry_time", "exit_time"))
        earned = f"{one['exit_reason']} {percent(one['net_return'])}"
        made.append(Marker(entry, "long" if long else "short", long))
        made.append(Marker(leave, earned, not long, tone))
    for one in signals.to_dict("records"):
        side = "long" if one["side"] > 0 else "short"
        said = f"signal {side}, {one['status']}" + (", on paper" if one["paper"] else "")
        made.append(Marker(_seconds(one["open_time"]), said, one["side"] > 0, "warn"))
    return sorted(made, key=lambda one: one.seconds)


def length_text(length: timedelta) -> str:
    """Write the length of a bar: "30 minutes", "12 hours", "3 days"."""
    minutes = int(length.total_seconds() // 60)
    for name, size in (("day", 1440), ("hour", 60)):
        if not minutes % size:
            count = minutes // size
            return f"{count} {name}{'s' if count > 1 else ''}"
    return f"{minutes} minutes"


def _counted(picture: MarketPicture) -> list[Marker]:
    """Return one mark a joined bar: how often it was entered, and what that earned."""
    made = []
    for rows, when, earned, what in (
        (picture.trades, "entry_time", "net_return", "trades"),
        (picture.signals, "open_time", "gross_return", "signals"),
    ):
        if rows.empty:
            continue
        for opened, own in rows.groupby(rows[when].dt.floor(picture.length)):
            total = float(own[earned].sum())
            tone: Tone = "warn" if what == "signals" else "good" if total > 0 else "bad"
            text = f"{len(own)} {what}, together {percent(total)}"
            made.append(Marker(_seconds(opened), text, up=total > 0, tone=tone))
    return sorted(made, key=lambda one: one.seconds)


def _trade_levels(trades: pd.DataFrame) -> list[tuple[int, int, float, str]]:
    """Return the target or stop that ended each trade; of others none was reached."""
    return [
        (
            _seconds(one["entry_time"]),
            _seconds(one["exit_time"]),
            float(one["exit_price"]),
            str(one["exit_reason"]),
        )
        for one in trades.iloc[-MOST_LEVELS:].to_dict("records")
        if one["exit_reason"] in {"target", "stop"}
    ]


def _levels(signals: pd.DataFrame) -> list[tuple[int, int, float, str]]:
    made = []
    for one in signals.iloc[-MOST_LEVELS // 3 :].to_dict("records"):
        until = one["valid_until"] if pd.isna(one["ended_at"]) else one["ended_at"]
        ends = _seconds(one["decided_at"]), _seconds(until)
        made.append((*ends, float(one["target_price"]), "target"))
        made.append((*ends, float(one["stop_price"]), "stop"))
        holds = _seconds(one["decided_at"]), _seconds(one["valid_until"])
        made.append((*holds, float(one["reference_price"]), "holds until it expires"))
    return made


def _seconds(moment: pd.Timestamp) -> int:
    return int(moment.timestamp())
