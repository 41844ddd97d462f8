"""Rules on what is said: by who spoke at that bar, once a bar, valid from its close on."""

from collections.abc import Iterator
from datetime import timedelta

import pandas as pd

from traderai_assets.audit.evidence import Evidence, market_of
from traderai_assets.audit.rule import Rule, Violation
from traderai_assets.domain.champions.periods import champion_periods
from traderai_assets.schemas.predictions import PREDICTIONS
from traderai_assets.schemas.signals import SIGNALS


def out_of_turn(
    said: pd.DataFrame, history: pd.DataFrame, strategy: str, bar: timedelta
) -> Iterator[tuple[pd.Timestamp, str]]:
    """Yield the bars of which a model spoke that was not the champion at their close.

    Parameters
    ----------
    said : DataFrame
        `open_time` and `model_id`.
    history : DataFrame
        Of champions of the market.
    strategy : str
        Whose rows they are.
    bar : timedelta
    """
    closed = said["open_time"] + bar
    rightly = pd.Series(data=False, index=said.index)
    for one in champion_periods(history, strategy):
        inside = (closed > one.since) & (closed <= one.until)
        rightly |= inside & (said["model_id"] == one.model_id)
    wrong = said[~rightly]
    for moment, model_id in zip(wrong["open_time"], wrong["model_id"], strict=True):
        yield moment, f"{model_id} spoke, and was not the champion of {strategy}"


def misshapen(signals: pd.DataFrame, bar: timedelta) -> Iterator[tuple[pd.Timestamp, str]]:
    """Yield signals that stand twice, are decided at another time than the close, or end at once.

    Valid is half open, [decided_at, valid_until), and lasts a whole number of bars.
    """
    opened, decided = signals["open_time"], signals["decided_at"]
    lasts = signals["valid_until"] - decided
    uneven = pd.Series(lasts.dt.total_seconds() % bar.total_seconds() != 0)
    reasons = {
        "there is more than one": opened.duplicated(),
        "it is not decided when its bar closed": decided != opened + bar,
        "it is valid for no time": lasts <= pd.Timedelta(0),
        "it is not valid for whole bars": uneven,
    }
    for reason, wrong in reasons.items():
        for moment in opened[wrong]:
            yield moment, reason


def unpredicted(
    signals: pd.DataFrame, predictions: pd.DataFrame
) -> Iterator[tuple[pd.Timestamp, str]]:
    """Yield signals without a prediction of the same bar, model and side, and sides unsaid."""
    keys = ["open_time", "model_id", "side"]
    sided = predictions.loc[predictions["side"] != 0, keys]
    both = signals[keys].merge(sided, on=keys, how="outer", indicator=True)
    for moment, which in zip(both["open_time"], both["_merge"], strict=True):
        if which == "left_only":
            yield moment, "a signal whose model predicted no such side"
        elif which == "right_only":
            yield moment, "a side was predicted, and there is no signal of it"


def _turns(evidence: Evidence) -> Iterator[Violation]:
    for strategy in evidence.strategies:
        for table in (PREDICTIONS, SIGNALS):
            path = evidence.tables(strategy).path(table)
            for market, month, rows in evidence.parts(table, strategy):
                history, bar = evidence.champions(market), market_of(market).bar
                for moment, wrong in out_of_turn(rows, history, strategy.name, bar):
                    yield Violation(f"{path}: {wrong}", market, month, str(moment))


def _shapes(evidence: Evidence) -> Iterator[Violation]:
    for strategy in evidence.strategies:
        path = evidence.tables(strategy).path(SIGNALS)
        for market, month, rows in evidence.parts(SIGNALS, strategy):
            for moment, wrong in misshapen(rows, market_of(market).bar):
                yield Violation(f"{path}: {wrong}", market, month, str(moment))


def _predicted(evidence: Evidence) -> Iterator[Violation]:
    for strategy in evidence.strategies:
        path = evidence.tables(strategy).path(SIGNALS)
        said = {*evidence.snapshot(PREDICTIONS, strategy).partitions()}
        said |= {*evidence.snapshot(SIGNALS, strategy).partitions()}
        for market, month in sorted(said):
            signals, predictions = (
                evidence.read(table, market, [month], strategy) for table in (SIGNALS, PREDICTIONS)
            )
            for moment, wrong in unpredicted(signals, predictions):
                yield Violation(f"{path}: {wrong}", market, month, str(moment))


RULES = (
    Rule(
        "spoken-in-turn",
        "Whoever predicts or signals at a bar was the champion of its strategy at its close.",
        ("predictions", "signals", "champions"),
        _turns,
    ),
    Rule(
        "signals-once",
        "At most one signal a bar and strategy, decided at its close, valid for whole bars then.",
        ("signals",),
        _shapes,
    ),
    Rule(
        "signals-predicted",
        "Every signal is a predicted side, and every predicted side is a signal.",
        ("signals", "predictions"),
        _predicted,
    ),
)
