"""Rows at a time, found without a scan: the month by the log, the row by its open time."""

from datetime import datetime
from typing import Any

import pandas as pd

from resources.lake.resource import LakeResource
from resources.lake.snapshot import LakeSnapshot
from traderai_assets.domain.champions.periods import champion_periods
from traderai_assets.domain.markets import Market
from traderai_assets.domain.months import Month
from traderai_assets.domain.spans.look_back import LookBack
from traderai_assets.registry.stored_models import StoredModel
from traderai_assets.registry.training_rows import LOOK_BACK, SEARCH_LOOK_BACK
from traderai_assets.schemas.champions import CHAMPIONS
from traderai_assets.schemas.models import MODELS
from traderai_assets.schemas.tables import ALL_MONTHS, Table

Row = dict[str, Any]


class LoadedTables:
    """Tables of a lake, each looked at once, so that one answer is of one moment of each."""

    def __init__(self, lake: LakeResource) -> None:
        self.lake = lake
        self._loaded: dict[str, LakeSnapshot] = {}
        self._champions: dict[Market, pd.DataFrame] = {}

    def look(self, table: Table) -> LakeSnapshot:
        """Return a table as it was when it was first asked for here."""
        if table.name not in self._loaded:
            self._loaded[table.name] = self.lake.look(table)
        return self._loaded[table.name]

    def champions(self, market: Market) -> pd.DataFrame:
        """Return the history of who speaks for a market, read once."""
        if market not in self._champions:
            self._champions[market] = self.look(CHAMPIONS).read(market, [ALL_MONTHS])
        return self._champions[market]

    def path(self, table: Table) -> str:
        """Return where a table lies."""
        return self.lake.placed(table).path


def row_at(tables: LoadedTables, table: Table, market: Market, opened: datetime) -> Row | None:
    """Return the row of a growing or monthly table at an open time; None where there is none."""
    snapshot, month = tables.look(table), Month.of(opened)
    told = snapshot.summary(market, month)
    if told.first is None or told.last is None or not told.first <= opened <= told.last:
        return None
    rows = snapshot.read_since(market, [month], opened)
    found = rows[rows["open_time"] == opened]
    if found.empty:
        return None
    return {str(name): value for name, value in found.iloc[0].items()}


def models_of(tables: LoadedTables, market: Market, served: Month) -> list[StoredModel]:
    """Return the models made for a month, the newest generation first."""
    rows = tables.look(MODELS).read(market, [served])
    ordered = rows.sort_values("generation", ascending=False)
    return [StoredModel(market, served, row) for _, row in ordered.iterrows()]


def windows_of(model: StoredModel) -> list[LookBack]:
    """Return the look-backs that a model learned from, as its card says: its own, its search's."""
    inputs = model.card["inputs"]
    told = [inputs[name] for name in (LOOK_BACK, SEARCH_LOOK_BACK) if name in inputs]
    if not told:  # A card of before they were told
        return [LookBack(*(model.row[name].to_pydatetime() for name in _LEARNED))]
    return [LookBack(*map(datetime.fromisoformat, one.split("/"))) for one in dict.fromkeys(told)]


def months_of_models(tables: LoadedTables, market: Market, model_id: str) -> list[str]:
    """Return the months for which a model that spoke was made, as the champions' history says."""
    periods = champion_periods(tables.champions(market))
    return sorted({one.served_month for one in periods if one.model_id == model_id})


_LEARNED = ("trained_from", "trained_until")
