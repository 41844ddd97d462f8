"""Rules on outcomes: of known signals, one end each, at prices of the bars they name."""

from collections.abc import Iterator
from datetime import timedelta

import numpy as np
import pandas as pd

from traderai_assets.audit.evidence import Evidence, market_of
from traderai_assets.audit.rule import Rule, Violation
from traderai_assets.domain.arrays import milliseconds, milliseconds_of
from traderai_assets.schemas.candles import CANDLES
from traderai_assets.schemas.price_decisions import PRICE_DECISIONS
from traderai_assets.schemas.signal_outcomes import SIGNAL_OUTCOMES
from traderai_assets.schemas.signals import SIGNALS

# Floats: a level is an entry times a distance, and an exit may stand on it
_TOLERANCE = 1e-9


def unknown_signals(
    outcomes: pd.DataFrame, signals: pd.DataFrame
) -> Iterator[tuple[pd.Timestamp, str]]:
    """Yield outcomes whose bar, model and side are those of no signal."""
    keys = ["open_time", "model_id", "side"]
    both = outcomes[keys].merge(signals[keys], on=keys, how="left", indicator=True)
    for moment in both.loc[both["_merge"] == "left_only", "open_time"]:
        yield moment, "an outcome of no signal"


def wrong_ends(
    outcomes: pd.DataFrame, signals: pd.DataFrame, candles: pd.DataFrame, bar: timedelta
) -> Iterator[tuple[pd.Timestamp, str]]:
    """Yield ends that are a second one, before the decision, or later than they could be told.

    A signal is over at `valid_until`, or where bars are absent there with the first that is not.

    Parameters
    ----------
    outcomes : DataFrame
        Of all months of a market.
    """
    ended = outcomes[outcomes["status"] != "open"]
    for moment in ended.loc[ended["open_time"].duplicated(), "open_time"]:
        yield moment, "more than one end"
    known = ended.merge(signals[["open_time", "decided_at", "valid_until"]], on="open_time")
    early = known[(known["ended_at"] <= known["decided_at"]) & (known["status"] != "interrupted")]
    for moment in early["open_time"]:
        yield moment, "ended before anything could have been entered"
    opened = milliseconds_of(candles["open_time"])
    late = known[known["ended_at"] > known["valid_until"]]
    for one in late.to_dict("records"):
        # A bar that is there and closes from valid_until on would have ended it
        first, last = (milliseconds(one[name] - bar) for name in ("valid_until", "ended_at"))
        if ((opened >= first) & (opened < last)).any():
            yield one["open_time"], f"ended at {one['ended_at']}, after {one['valid_until']}"


def impossible_prices(
    outcomes: pd.DataFrame, candles: pd.DataFrame, bar: timedelta
) -> Iterator[tuple[pd.Timestamp, str]]:
    """Yield exits outside of the range of the bar that ended them, and entries at no open.

    Only for candles in one unit of prices.
    """
    ended = outcomes[outcomes["exit_price"].notna()].assign(at=lambda rows: rows["ended_at"] - bar)
    bars = candles[["open_time", "low", "high"]].rename(columns={"open_time": "at"})
    met = ended.merge(bars, on="at", how="left")
    inside = (met["exit_price"] >= met["low"] * (1 - _TOLERANCE)) & (
        met["exit_price"] <= met["high"] * (1 + _TOLERANCE)
    )
    for moment, price in zip(
        met.loc[~inside, "open_time"], met.loc[~inside, "exit_price"], strict=True
    ):
        yield moment, f"exit price {price} lies outside of the bar that ended it"
    entered = outcomes[outcomes["entry_price"].notna()].sort_values("open_time")
    entries = pd.merge_asof(
        entered[["open_time", "entry_price"]].assign(
            at=lambda rows: (rows["open_time"] + bar).dt.as_unit("ms")
        ),
        candles[["open_time", "open"]].rename(columns={"open_time": "at"}),
        on="at",
        direction="forward",
    )
    off = ~np.isclose(entries["entry_price"], entries["open"], rtol=_TOLERANCE, atol=0)
    for moment, price in zip(
        entries.loc[off, "open_time"], entries.loc[off, "entry_price"], strict=True
    ):
        yield moment, f"entry price {price} is not the open of the next bar that is there"


def _by_market(
    evidence: Evidence,
) -> Iterator[tuple[str, str, pd.DataFrame, pd.DataFrame, pd.DataFrame]]:
    for strategy in evidence.strategies:
        path = evidence.tables(strategy).path(SIGNAL_OUTCOMES)
        for market in evidence.snapshot(SIGNAL_OUTCOMES, strategy).markets():
            outcomes, signals = (
                evidence.all_months(table, market, strategy) for table in (SIGNAL_OUTCOMES, SIGNALS)
            )
            yield path, market, outcomes, signals, evidence.all_months(CANDLES, market)


def _known(evidence: Evidence) -> Iterator[Violation]:
    for path, market, outcomes, signals, _ in _by_market(evidence):
        for moment, wrong in unknown_signals(outcomes, signals):
            yield Violation(f"{path}: {wrong}", market, f"{moment:%Y-%m}", str(moment))


def _ends(evidence: Evidence) -> Iterator[Violation]:
    for path, market, outcomes, signals, candles in _by_market(evidence):
        for moment, wrong in wrong_ends(outcomes, signals, candles, market_of(market).bar):
            yield Violation(f"{path}: {wrong}", market, f"{moment:%Y-%m}", str(moment))


def _prices(evidence: Evidence) -> Iterator[Violation]:
    requoted = {*evidence.snapshot(PRICE_DECISIONS).markets()}
    for path, market, outcomes, _, candles in _by_market(evidence):
        if market in requoted:  # Prices are of several units there
            continue
        for moment, wrong in impossible_prices(outcomes, candles, market_of(market).bar):
            yield Violation(f"{path}: {wrong}", market, f"{moment:%Y-%m}", str(moment))


RULES = (
    Rule(
        "outcomes-of-signals",
        "Every outcome is of a signal that was given.",
        ("signal_outcomes", "signals"),
        _known,
    ),
    Rule(
        "outcomes-end-once",
        "A signal ends at most once, after its decision and by the first bar at its end.",
        ("signal_outcomes", "signals", "candles"),
        _ends,
    ),
    Rule(
        "outcomes-priced",
        "Entries are opens, exits lie inside the bar that ended them, in markets of one unit.",
        ("signal_outcomes", "candles", "price_decisions"),
        _prices,
    ),
)
