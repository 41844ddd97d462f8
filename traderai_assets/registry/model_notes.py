"""Notes on models: written by people, kept with who and when, also when the model is gone."""

import pandas as pd

from resources.lake.resource import LakeResource
from traderai_assets.domain.errors import WriteConflict
from traderai_assets.domain.markets import Market
from traderai_assets.partitions import partition_key
from traderai_assets.registry.desk import CODE_VERSION, Desk, with_row
from traderai_assets.registry.stored_models import StoredModel
from traderai_assets.runs.strategy_assets import asset_key
from traderai_assets.schemas.model_notes import MODEL_NOTES
from traderai_assets.schemas.models import MODELS
from traderai_assets.schemas.tables import ALL_MONTHS

# Two people may write at one moment
_ATTEMPTS = 5


def note_model(desk: Desk, model: StoredModel) -> None:
    """Keep a note on a model: the desk's reason is its text."""
    for left in reversed(range(_ATTEMPTS)):
        table = desk.lake.snapshot(MODEL_NOTES)
        row = {
            "model_id": model.model_id,
            "at": desk.clock(),
            "by": desk.by,
            "text": desk.reason,
        }
        rows = with_row(table.read(model.market, [ALL_MONTHS]), MODEL_NOTES.empty(), row)
        try:
            table.publish(
                {(model.market.key, ALL_MONTHS): rows},
                run_id=desk.run_id,
                code_version=CODE_VERSION,
            )
            break
        except WriteConflict:
            if not left:
                raise
    desk.tell(
        asset_key(model.strategy, MODELS.name),
        partition_key(model.market.key, model.served.key),
        f"note on model {model.model_id} by {desk.by}: {desk.reason}",
        model_id=model.model_id,
    )


def notes_on(lake: LakeResource, market: Market, model_id: str) -> pd.DataFrame:
    """Return the notes on a model, oldest first."""
    rows = lake.snapshot(MODEL_NOTES).read(market, [ALL_MONTHS]).sort_values("number")
    return rows[rows["model_id"] == model_id].reset_index(drop=True)
