"""A home with models that nobody trained: rows of any value, in a lake of its own."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import dagster as dg
import pandas as pd

from resources.lake.resource import LakeResource
from resources.studies.resource import StudiesResource
from tests.any_value import ANY_VALUE
from traderai_assets.domain.markets import Market
from traderai_assets.domain.months import Month
from traderai_assets.registry.desk import Desk
from traderai_assets.registry.stored_models import StoredModel
from traderai_assets.schemas.backtests import BACKTEST_METRICS
from traderai_assets.schemas.models import MODELS, OUT_OF_SAMPLE
from traderai_assets.schemas.tables import Table
from traderai_assets.settings import load_settings

BTC = Market("binance", "BTC/USDT", "1h")
MARCH = Month(2026, 3)
NOON = datetime(2026, 3, 20, 12, tzinfo=UTC)
ONE, TWO, THREE = "1" * 32, "2" * 32, "3" * 32


def rows_of(table: Table, **columns: Any) -> pd.DataFrame:
    """Rows with these columns, and any value in all others."""
    allowed = {"word": "below_threshold"} | columns
    told = {name: allowed.get(name, ANY_VALUE[kind]) for name, kind in table.dtypes.items()}
    longest = max((len(one) for one in told.values() if isinstance(one, list)), default=1)
    return pd.DataFrame(told, index=range(longest)).astype(table.dtypes)


def desk_at(home: Path, instance: dg.DagsterInstance, **told: str) -> Desk:
    """A desk over the home."""
    settings = load_settings(home / "none.toml", home=home, markets=("binance:BTC/USDT",))
    return Desk(
        settings,
        LakeResource(root=settings.lake_root, versions=settings.lake_versions),
        StudiesResource(uri=str(home / "studies")),
        instance,
        told.get("reason", "made of a wrong setting"),
        told.get("by", "ada"),
        clock=lambda: NOON,
    )


def put(desk: Desk, table: Table, frame: pd.DataFrame, month: str = MARCH.key) -> None:
    """Publish rows of the market."""
    desk.lake.snapshot(table).publish({(BTC.key, month): frame}, run_id="t", code_version="1")


def store_models(desk: Desk, *model_ids: str, served: Month = MARCH) -> None:
    """Store models of a month, oldest first; the last one's backtest, forecasts and searches."""
    ids = list(model_ids)
    numbered = list(range(1, len(ids) + 1))
    card = '{"plan":{}}'
    models = rows_of(MODELS, model_id=ids, generation=numbered, fault=None, card=card)
    put(desk, MODELS, models, served.key)
    at = [pd.Timestamp(served.start)]
    put(desk, OUT_OF_SAMPLE, rows_of(OUT_OF_SAMPLE, open_time=at), served.key)
    metrics = rows_of(BACKTEST_METRICS, model_id=[ids[-1]], segment="served", start=at)
    put(desk, BACKTEST_METRICS, metrics, served.key)
    journal = Path(desk.studies.uri) / f"{BTC.key}.{served.key}.journal"
    journal.parent.mkdir(exist_ok=True)
    journal.write_text("searched")


def stored(desk: Desk, model_id: str, served: Month = MARCH) -> StoredModel:
    """A stored model."""
    rows = desk.lake.snapshot(MODELS).read(BTC, [served])
    return StoredModel(BTC, served, rows[rows["model_id"] == model_id].iloc[0])


def traces(desk: Desk, served: Month = MARCH) -> dict[str, Any]:
    """What is there of a month's models."""
    models = desk.lake.snapshot(MODELS).read(BTC, [served])
    rows = {
        table.name: len(desk.lake.snapshot(table).read(BTC, [served]))
        for table in (OUT_OF_SAMPLE, BACKTEST_METRICS)
    }
    journal = Path(desk.studies.uri) / f"{BTC.key}.{served.key}.journal"
    return {"models": models["model_id"].tolist(), **rows, "searched": journal.exists()}
