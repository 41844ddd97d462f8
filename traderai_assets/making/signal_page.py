"""What the page of a month of signals tells: what was said, how sure, and why nothing was said."""

from typing import Any

import dagster as dg
import numpy as np
import pandas as pd

from traderai_assets.domain.numbers import PRICE_DIGITS, percent, shown, significant
from traderai_assets.domain.pictures.line_chart import Line, line_chart
from traderai_assets.domain.words import OF_PREDICTIONS, OUTLIER
from traderai_assets.runs.page import MONTH_POINTS, overview, picture, trend

_SHOWN, _LAST = 4, 8


def signal_metadata(
    predictions: pd.DataFrame, signals: pd.DataFrame, *, title: str, is_over: bool
) -> dict[str, Any]:
    """Return the counts, the probability bar by bar, the last signals, and the reasons for silence.

    Parameters
    ----------
    predictions, signals : DataFrame
        Of the month, as they are stored.
    title : str
        Of the picture: market and month.
    is_over : bool
        Whether the month is; of an open one, told at every bar, the whole picture is not drawn.
    """
    last = signals.tail(_LAST).iloc[::-1].to_dict("records")
    probability = predictions["probability"].to_numpy(np.float64)
    told: dict[str, Any] = {
        "longs": int((signals["side"] > 0).sum()),
        "shorts": int((signals["side"] < 0).sum()),
        "bars_spoken_of": len(predictions),
        **trend(probability, f"probability that the upper barrier is first, {title}", baseline=0.5),
        **overview(
            ["decided at", "side", "size", "probability", "target", "stop"],
            [_short(signal) for signal in last[:_SHOWN]],
        ),
    }
    if is_over and len(predictions):
        told |= picture(_drawn(predictions, signals, title), f"probability, {title}")
    return {
        **told,
        **_words(predictions),
        "on_paper": int(signals["paper"].sum()),
        **({"last_signals": _table(last)} if last else {}),
    }


def _short(signal: dict[Any, Any]) -> list[str]:
    paper = " on paper" if signal["paper"] else ""
    return [
        f"{signal['decided_at']:%m-%d %H:%M}",
        _side(signal) + paper,
        shown(signal["size"], 3),
        shown(signal["probability"], 3),
        percent(signal["target"], 3),
        percent(signal["stop"], 3),
    ]


def _table(signals: list[dict[Any, Any]]) -> dg.TableMetadataValue:
    return dg.MetadataValue.table([_record(one) for one in signals])


def _record(signal: dict[Any, Any]) -> dg.TableRecord:
    return dg.TableRecord(
        {
            "decided_at": str(signal["decided_at"]),
            "side": _side(signal),
            "size": shown(signal["size"], 4),
            "paper": str(signal["paper"]).lower(),
            "probability": significant(signal["probability"], 4),
            "target": percent(signal["target"], 4),
            "stop": percent(signal["stop"], 4),
            "indicative_target_price": significant(signal["target_price"], PRICE_DIGITS),
            "indicative_stop_price": significant(signal["stop_price"], PRICE_DIGITS),
            "valid_until": str(signal["valid_until"]),
        }
    )


def _side(signal: dict[Any, Any]) -> str:
    return "long" if signal["side"] > 0 else "short"


def _drawn(predictions: pd.DataFrame, signals: pd.DataFrame, title: str) -> str:
    probability = predictions["probability"].to_numpy(np.float64)
    said = predictions["open_time"].isin(signals["open_time"]).to_numpy()
    lines = [
        Line("probability", 100.0 * probability),
        Line("signals", np.where(said, 100.0 * probability, np.nan)),
    ]
    times = predictions["open_time"].to_numpy("datetime64[ms]")
    heading = f"Probability that the upper barrier comes first, {title}"
    return line_chart(times, lines, title=heading, unit="%", most_points=MONTH_POINTS)


def _words(predictions: pd.DataFrame) -> dict[str, object]:
    """How often each reason for no signal was given, and the share of outliers."""
    counts = predictions["word"].value_counts()
    told = int(counts.sum())  # Of bars of before there were words, none is
    return {
        **{f"said_{word}": int(counts.get(word, 0)) for word in OF_PREDICTIONS},
        **({"outlier_rate": int(counts.get(OUTLIER, 0)) / told} if told else {}),
    }
