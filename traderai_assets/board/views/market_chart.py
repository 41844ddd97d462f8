"""A market's candles with its signals on them, and the words of its bars under them."""

from datetime import datetime

import pandas as pd

from traderai_assets.board.views.newest_signals import SaidSignals
from traderai_assets.pages.parts import Candles, Marker
from traderai_assets.status.words import BarWords


def market_chart(bars: pd.DataFrame, signals: SaidSignals, said: BarWords) -> Candles:
    """Return candles with signals on them, until when and between which prices each holds.

    Parameters
    ----------
    bars : DataFrame
        Columns of `CANDLES`, in order.
    signals : SaidSignals
        Those before the first bar are left out.
    said : BarWords
        Of the same bars.
    """
    first = bars["open_time"].iloc[0]
    inside = signals.rows[signals.rows["open_time"] >= first]
    markers, levels = [], []
    for row in inside.to_dict("records"):
        up = row["side"] > 0
        start, until = _seconds(row["decided_at"]), _seconds(row["valid_until"])
        markers.append(Marker(_seconds(row["open_time"]), "", up))
        levels += [
            (start, until, float(row["target_price"]), "target"),
            (start, until, float(row["stop_price"]), "stop"),
        ]
    words = [
        (_seconds(pd.Timestamp(one["bar"], tz="UTC")), str(one["word"]))
        for one in reversed(said.rows)
    ]
    columns = ("open", "high", "low", "close", "volume")
    return Candles(
        f"{signals.market.key}, the last {len(bars)} bars",
        [
            (_seconds(row["open_time"]), *(float(row[name]) for name in columns))  # type: ignore[misc]
            for row in bars.to_dict("records")
        ],
        sorted(markers, key=lambda one: one.seconds),
        levels,
        words,
        note="Arrows are signals; between target and stop each holds from its bar's close until "
        "it is over. The strip says of each bar the signal, or the one reason for none.",
    )


def _seconds(at: datetime) -> int:
    return int(at.timestamp())
