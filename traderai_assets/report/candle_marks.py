"""Marks on candles: entries and exits, targets and stops, of trades and of live signals alike."""

from datetime import timedelta

import pandas as pd

from traderai_assets.domain.numbers import percent
from traderai_assets.pages.parts import Marker, Tone
from traderai_assets.report.market_pictures import MarketPicture

MOST_LEVELS = 120


def trade_markers(trades: pd.DataFrame, signals: pd.DataFrame) -> list[Marker]:
    """Return entry and exit of each trade, and each live signal at its bar, oldest first."""
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


def counted_markers(picture: MarketPicture) -> list[Marker]:
    """Return one mark a joined bar: how often it was entered, and what that earned."""
    made = []
    for rows, when, earned, what in (
        (picture.trades, "entry_time", "net_return", "trades"),
        (picture.signals, "open_time", "gross_return", "signals"),
    ):
        if rows.empty:
            continue
        for opened, own in rows.groupby(rows[when].dt.floor(picture.length)):
            known = own[earned].dropna()
            total = float(known.sum())
            tone: Tone = "warn" if what == "signals" else "good" if total > 0 else "bad"
            earns = f"together {percent(total)}" if len(known) else "none over yet"
            made.append(Marker(_seconds(opened), f"{len(own)} {what}, {earns}", total > 0, tone))
    return sorted(made, key=lambda one: one.seconds)


def trade_levels(
    trades: pd.DataFrame, decided: pd.DataFrame | None, bar: timedelta
) -> list[tuple[int, int, float, str]]:
    """Return target and stop of each trade as its model decided them at the bar before the entry.

    Both are distances from the price it was filled at. Of a trade whose decision is not known, the
    target or stop that ended it is known all the same.

    Parameters
    ----------
    trades : DataFrame
        As `backtest_trades` stores them.
    decided : DataFrame or None
        open_time, side, target, stop, as `decided_again` gives them.
    bar : timedelta
    """
    said = {} if decided is None else decided.set_index("open_time").to_dict("index")
    made = []
    for one in trades.iloc[-MOST_LEVELS // 2 :].to_dict("records"):
        ends = _seconds(one["entry_time"]), _seconds(one["exit_time"])
        decision = said.get(one["entry_time"] - bar)
        if decision and decision["side"] == one["side"] and pd.notna(decision["target"]):
            price, side = float(one["entry_price"]), float(one["side"])
            made.append((*ends, price * (1 + side * decision["target"]), "target"))
            made.append((*ends, price * (1 - side * decision["stop"]), "stop"))
        elif one["exit_reason"] in {"target", "stop"}:
            made.append((*ends, float(one["exit_price"]), str(one["exit_reason"])))
    return made


def signal_levels(signals: pd.DataFrame) -> list[tuple[int, int, float, str]]:
    """Return target and stop of each live signal until it ended, and how long it holds."""
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
