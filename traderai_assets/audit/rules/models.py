"""Rules on models: each learned from a look-back that was whole and over, and is as stored."""

from collections.abc import Iterator, Mapping
from typing import Any

import pandas as pd

from traderai_assets.audit.evidence import Evidence, market_of
from traderai_assets.audit.rule import Rule, Violation
from traderai_assets.audit.rules.bars import unaccounted
from traderai_assets.domain.errors import TraderAIError
from traderai_assets.domain.months import Month
from traderai_assets.domain.spans.look_back import LookBack
from traderai_assets.lineage.stored_rows import windows_of
from traderai_assets.registry.stored_models import StoredModel
from traderai_assets.schemas.candles import CANDLE_ASKS, CANDLE_GAPS, CANDLES
from traderai_assets.schemas.models import MODELS
from traderai_assets.schemas.predictions import PREDICTIONS
from traderai_assets.schemas.signals import SIGNALS


def outside(row: Mapping[str, Any], served: Month, windows: list[LookBack]) -> Iterator[str]:
    """Say what a model saw that it must not have seen.

    Parameters
    ----------
    row : mapping
        `trained_from`, `trained_until`.
    served : Month
        The month it was made for.
    windows : list of LookBack
        Its own look-back first, then that of its search.
    """
    own = windows[0]
    for window in windows:
        if window.until > served.start:
            yield f"its look-back ends at {window.until:%Y-%m-%dT%H:%M}, in the month it serves"
    if row["trained_until"] > pd.Timestamp(own.until):
        yield f"it learned of {row['trained_until']:%Y-%m-%dT%H:%M}, after its look-back"
    if row["trained_from"] < pd.Timestamp(own.start):
        yield f"it learned of {row['trained_from']:%Y-%m-%dT%H:%M}, before its look-back"


def not_stored(named: "pd.Series[str]", stored: set[str]) -> dict[str, int]:
    """Return the models that rows name and that are not stored, and by how many rows each is."""
    counts = named[~named.isin(stored)].dropna().value_counts()
    return {str(model_id): int(count) for model_id, count in counts.items()}


def _stored(evidence: Evidence) -> Iterator[tuple[str, str, StoredModel, str]]:
    for strategy in evidence.strategies:
        path = evidence.tables(strategy).path(MODELS)
        for market, month, rows in evidence.parts(MODELS, strategy):
            for _, row in rows.iterrows():
                yield market, month, StoredModel(market_of(market), Month.parse(month), row), path


def _look_backs(evidence: Evidence) -> Iterator[Violation]:
    for market, month, model, path in _stored(evidence):
        windows = windows_of(model)
        for wrong in outside(dict(model.row), model.served, windows):
            yield Violation(f"{path}: {wrong}", market, month, model.model_id)
        missing = _missing(evidence, model, windows[0])
        if missing:
            told = f"{len(missing)} bars of its look-back are unaccounted for, first {missing[0]}"
            yield Violation(f"{path}: {told}", market, month, model.model_id)


def _missing(evidence: Evidence, model: StoredModel, window: LookBack) -> list[pd.Timestamp]:
    market, months = model.market.key, [month.key for month in window.months]
    rows, gaps, asks = (
        evidence.read(table, market, months) for table in (CANDLES, CANDLE_GAPS, CANDLE_ASKS)
    )
    return unaccounted(
        rows, gaps, asks, start=window.start, until=window.until, bar=model.market.bar
    )


def _bytes(evidence: Evidence) -> Iterator[Violation]:
    for market, month, model, path in _stored(evidence):
        try:
            _ = model.model
        except TraderAIError as error:
            yield Violation(f"{path}: {error}", market, month, model.model_id)


def _referred(evidence: Evidence) -> Iterator[Violation]:
    stored: dict[str, set[str]] = {}
    for market, _, model, _ in _stored(evidence):
        stored.setdefault(market, set()).add(model.model_id)
    for strategy in evidence.strategies:
        for table in (PREDICTIONS, SIGNALS):
            path = evidence.tables(strategy).path(table)
            for market, month, rows in evidence.parts(table, strategy):
                lost = not_stored(rows["model_id"], stored.get(market, set()))
                for model_id, count in lost.items():
                    told = f"{path}: {count} rows name a model that is not stored"
                    yield Violation(told, market, month, model_id)


RULES = (
    Rule(
        "look-backs",
        "A model's look-back was whole and over when its month began; no row is from outside it.",
        ("models", "candles", "candle_gaps", "candle_asks"),
        _look_backs,
    ),
    Rule(
        "model-bytes",
        "Card and bytes of every stored model hash to its id.",
        ("models",),
        _bytes,
    ),
    Rule(
        "models-referred-to",
        "Every model that a prediction or signal names is stored.",
        ("models", "predictions", "signals"),
        _referred,
    ),
)
