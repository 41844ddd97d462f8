"""Backward: from one signal to the model, features and candles it was made of."""

from collections.abc import Iterator
from datetime import datetime

import pandas as pd

from traderai_assets.domain.candles.crossings import content_hash_of
from traderai_assets.domain.champions.periods import champion_at
from traderai_assets.domain.errors import InvalidInput
from traderai_assets.domain.lineage.backward import (
    Stretch,
    features_read,
    look_back_read,
    width_read,
)
from traderai_assets.domain.markets import Market
from traderai_assets.domain.months import Month
from traderai_assets.domain.spans.look_back import LookBack
from traderai_assets.domain.spans.reach import Reach
from traderai_assets.lineage.origins import Origin, Origins
from traderai_assets.lineage.stored_rows import (
    LoadedTables,
    Row,
    models_of,
    months_of_models,
    row_at,
    windows_of,
)
from traderai_assets.registry.stored_models import StoredModel
from traderai_assets.runs.inputs import Versions, input_versions
from traderai_assets.schemas.candles import CANDLE_ASKS, CANDLE_GAPS, CANDLE_QUARANTINE, CANDLES
from traderai_assets.schemas.champions import CHAMPIONS
from traderai_assets.schemas.features import FEATURES
from traderai_assets.schemas.labels import LABELS
from traderai_assets.schemas.models import MODELS
from traderai_assets.schemas.predictions import PREDICTIONS
from traderai_assets.schemas.signals import SIGNALS
from traderai_assets.schemas.tables import ALL_MONTHS, Table

SAME, OTHER, UNTOLD = "as it was read", "another now", "not noted"


class SignalLineage:
    """What one signal, or a bar of which a model said "neither", was made of.

    Parameters
    ----------
    tables : LoadedTables
        As the strategy has them.
    origins : Origins
        Of these tables.
    reach : Reach
        Of the strategy.
    market : Market
    opened : datetime
        When the bar opened.
    """

    def __init__(
        self, tables: LoadedTables, origins: Origins, reach: Reach, market: Market, opened: datetime
    ) -> None:
        self._tables, self._origins, self._reach = tables, origins, reach
        self._market, self._opened, self._month = market, opened, Month.of(opened)

    def rows(self) -> list[Row]:
        """Return one row a thing it was made of, the nearest first.

        Raises
        ------
        InvalidInput
            If no model spoke of that bar.
        """
        spoken = row_at(self._tables, SIGNALS, self._market, self._opened)
        said = row_at(self._tables, PREDICTIONS, self._market, self._opened)
        if spoken is None and said is None:
            raise InvalidInput(
                f"nothing was said of {self._market.key} at the bar of "
                f"{self._opened:%Y-%m-%dT%H:%M} UTC; "
                f'"traderai lineage candle" tells what its candle has touched'
            )
        model_id = str((spoken or said or {})["model_id"])
        model = self._model(model_id)
        self._prepare(model)
        return [
            *self._said(spoken, said),
            *self._speaker(model_id),
            *(self._learned(model) if model is not None else _lost(model_id)),
            *self._seen(),
        ]

    def _said(self, spoken: Row | None, said: Row | None) -> Iterator[Row]:
        for table, row in ((SIGNALS, spoken), (PREDICTIONS, said)):
            if row is not None:
                side = {1: "long", 0: "neither", -1: "short"}[int(row["side"])]
                told = f"{side}, probability {row['probability']:.4f}"
                yield self._of_partition(table, self._month.key, "row", told, self._opened)

    def _speaker(self, model_id: str) -> Iterator[Row]:
        history = self._tables.champions(self._market)
        period = champion_at(history, self._opened + self._market.bar)
        told = "nobody spoke at its close by the history"
        if period is not None:
            agrees = "" if period.model_id == model_id else f", and not {model_id}, which said it"
            told = f"{period.strategy} by {period.model_id} since {period.since:%Y-%m-%d %H:%M}"
            told += agrees
        yield self._of_partition(CHAMPIONS, ALL_MONTHS, "row", told)

    def _model(self, model_id: str) -> StoredModel | None:
        for served in months_of_models(self._tables, self._market, model_id):
            for model in models_of(self._tables, self._market, Month.parse(served)):
                if model.model_id == model_id:
                    return model
        return None

    def _learned(self, model: StoredModel) -> Iterator[Row]:
        row, card = model.row, model.card
        told = f"{model.model_id}, generation {row['generation']}, {row['rows']} rows learned from"
        yield self._of_partition(MODELS, model.served.key, "row", told, row["trained_from"])
        for number, fold in enumerate(card.get("folds", ()), 1):
            for name, slice_ in fold.get("slices", {}).items():
                yield _told("fold", f"{number} {name}", _slice(slice_))
        versions = input_versions(card["inputs"])
        for window in windows_of(model):
            yield _told("look-back", "", "", window.start, window.until)
            for table in (FEATURES, LABELS):
                for month in window.months:
                    yield self._as_read(table, month, versions, "look-back")
            yield from self._candles(self._read(window), versions)

    def _prepare(self, model: StoredModel | None) -> None:
        """Look up at once where everything comes from that will be told."""
        bar, own = self._market.bar, self._month.key
        windows = windows_of(model) if model is not None else []
        months = {month.key for window in windows for month in window.months}
        read = [features_read(self._opened, bar), *(self._read(one) for one in windows)]
        served = [model.served.key] if model is not None else []
        self._origins.prepare(
            self._market.key,
            {
                SIGNALS: [own],
                CHAMPIONS: [ALL_MONTHS],
                MODELS: served,
                FEATURES: {*months, own},
                LABELS: months,
                CANDLES: {month.key for one in read for month in one.months},
            },
        )

    def _read(self, window: LookBack) -> Stretch:
        bar = self._market.bar
        memory = self._reach.look_back(bar).first - self._reach.look_back_candles(bar).first
        return look_back_read(window, bar, memory)

    def _seen(self) -> Iterator[Row]:
        yield self._of_partition(FEATURES, self._month.key, "row", "", self._opened)
        made_of = self._origins.of(FEATURES, self._market.key, self._month.key).inputs
        yield from self._candles(features_read(self._opened, self._market.bar), made_of)
        yield from self._candles(width_read(self._opened, self._market.bar), {})
        key = self._month.key
        for table in (CANDLE_GAPS, CANDLE_ASKS, CANDLE_QUARANTINE):
            snapshot = self._tables.look(table)
            if snapshot.summary(self._market, key).rows == 0:
                continue
            kept = snapshot.read(self._market, [key])
            count = self._beside(table, kept)
            if count:
                told = (
                    f"{count} of the candles read here"
                    if table != CANDLE_QUARANTINE
                    else (f"{count} rows of its bar were kept out or superseded")
                )
                yield self._of_partition(table, key, "beside", told)

    def _beside(self, table: Table, kept: pd.DataFrame) -> int:
        if table == CANDLE_QUARANTINE:
            return int((kept["open_time"] == self._opened).sum())
        read = features_read(self._opened, self._market.bar)
        return int(((kept["start"] < read.until) & (kept["end"] > read.first)).sum())

    def _candles(self, read: Stretch, versions: Versions) -> Iterator[Row]:
        for month in read.months:
            first, until = max(read.first, month.start), min(read.until, month.end)
            yield self._as_read(CANDLES, month, versions, read.what) | {
                "first": first,
                "until": until,
            }

    def _as_read(self, table: Table, month: Month, versions: Versions, what: str) -> Row:
        """Return a month that was read, and whether it is stored as it was."""
        row = self._of_partition(table, month.key, what, "")
        noted = versions.get(table.name, {}).get(month.key)
        if noted is None:
            return row | {"state": UNTOLD}
        noted = content_hash_of(noted)
        return row | {"read_hash": noted, "state": SAME if noted == row["hash"] else OTHER}

    def _of_partition(
        self, table: Table, month: str, what: str, told: str, first: datetime | None = None
    ) -> Row:
        origin = self._origins.of(table, self._market.key, month)
        path = self._tables.path(table)
        return _told(what, f"{path} {month}", told, first) | _from(origin)


def _from(origin: Origin) -> Row:
    return {
        "hash": origin.content_hash,
        "run": origin.run_id,
        "code_version": origin.code_version,
        "published_at": origin.published_at,
        "told_by": origin.told_by,
    }


def _told(
    what: str, of: str, told: str, first: datetime | None = None, until: datetime | None = None
) -> Row:
    return {"what": what, "of": of, "told": told, "first": first, "until": until}


def _slice(slice_: object) -> str:
    if not isinstance(slice_, dict):
        return str(slice_)
    return ", ".join(f"{name} {value}" for name, value in slice_.items())


def _lost(model_id: str) -> Iterator[Row]:
    yield _told("row", "models", f"{model_id} is named by no champion and not looked for further")
