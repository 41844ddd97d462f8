"""Trades and signals: what was done and why it ended, backtest and live with the same columns."""

from collections.abc import Mapping

import pandas as pd

from traderai_assets.pages.parts import Part, Section, Table
from traderai_assets.report.strategy_facts import StrategyFacts
from traderai_assets.report.tables import frame_table

_TRADE = [
    *("market", "entry_time", "exit_time", "side", "size", "entry_price", "exit_price"),
    *("gross_return", "net_return", "exit_reason", "bars"),
]
_SIGNAL = [
    *("market", "decided_at", "valid_until", "side", "size", "probability", "target_price"),
    *("stop_price", "status", "ended_at", "entry_price", "exit_price", "gross_return", "paper"),
    *("model_id", "signal_id"),
]
_SHARES = ("size", "gross_return", "net_return", "mean_net_return", "mean_gross_return", "hit_rate")


def trades_section(facts: StrategyFacts) -> Section:
    """Return the trades of the served months, and how they ended."""
    return Section("trades", "Trades", trades_parts(facts.trades))


def trades_parts(by_market: Mapping[str, pd.DataFrame]) -> list[Part]:
    """Return how trades ended, and the trades."""
    trades = joined(by_market)
    return [
        ended_by(trades, "exit_reason", "net_return", "exits", "How trades ended"),
        frame_table(
            "trades",
            "Trades",
            trades.reindex(columns=_TRADE),
            shares=_SHARES,
            note="Returns are fractions; net_return is after fees, slippage and funding.",
            empty="no trade in this period",
        ),
    ]


def signals_section(facts: StrategyFacts) -> Section:
    """Return what was said live, each signal beside how it ended."""
    signals = joined(facts.signals)
    parts: list[Part] = [
        ended_by(signals, "status", "gross_return", "outcomes", "How live signals ended"),
        signals_table(facts.signals),
    ]
    return Section("signals", "Live signals", parts)


def signals_table(by_market: Mapping[str, pd.DataFrame]) -> Table:
    """Return live signals, each beside how it ended."""
    return frame_table(
        "signals",
        "Live signals",
        joined(by_market).reindex(columns=_SIGNAL),
        shares=_SHARES,
        note="gross_return is before costs; paper signals have a quarter of their size.",
        empty="it has said no live signal in this period",
    )


def joined(by_market: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Return rows of all markets, oldest first, with the market before them."""
    frames = [rows.assign(market=market) for market, rows in sorted(by_market.items()) if len(rows)]
    if not frames:
        return pd.DataFrame()
    first = "entry_time" if "entry_time" in frames[0] else "open_time"
    return pd.concat(frames, ignore_index=True).sort_values([first, "market"], ignore_index=True)


def ended_by(rows: pd.DataFrame, by: str, earned: str, name: str, title: str) -> Table:
    """Return one row a reason and side: how many, how many earned, and how much on the mean."""
    found = []
    if len(rows):
        for (reason, side), own in rows.groupby([by, "side"], sort=True):
            known = own[earned].dropna()
            found.append(
                {
                    by: reason,
                    "side": "long" if int(str(side)) > 0 else "short",
                    "count": len(own),
                    "hit_rate": float((known > 0).mean()) if len(known) else None,
                    f"mean_{earned}": float(known.mean()) if len(known) else None,
                }
            )
    return frame_table(name, title, pd.DataFrame(found), shares=_SHARES)
