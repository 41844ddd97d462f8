"""Models: LightGBM and XGBoost, trained on what was known before the month they serve."""

import json
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import dagster as dg
import pandas as pd

from resources.lake.resource import LakeResource
from traderai_assets.assets.features import features
from traderai_assets.assets.labels import labels
from traderai_assets.assets.look_back import require_look_back, training_plan
from traderai_assets.assets.progress import training_progress
from traderai_assets.assets.publication import Partition, Publication
from traderai_assets.domain.errors import TrainingError
from traderai_assets.partitions import (
    LOOK_BACK_MONTHS,
    MANY_PARTITIONS_A_RUN,
    market_served_months,
    months_around,
)
from traderai_assets.schemas.features import FEATURES
from traderai_assets.schemas.labels import LABELS
from traderai_assets.schemas.models import MODELS, OUT_OF_SAMPLE
from traderai_assets.settings import Settings

if TYPE_CHECKING:
    from traderai_assets.domain.training.plan import TrainingPlan


@dg.asset(
    partitions_def=market_served_months,
    backfill_policy=MANY_PARTITIONS_A_RUN,
    deps=[
        dg.AssetDep(features, partition_mapping=months_around(-LOOK_BACK_MONTHS, -1)),
        dg.AssetDep(labels, partition_mapping=months_around(-LOOK_BACK_MONTHS, -1)),
    ],
    group_name="models",
    kinds={"lightgbm", "xgboost", "deltalake"},
    owners=["team:research"],
    code_version="1",
)
def models(
    context: dg.AssetExecutionContext, lake: LakeResource, settings: dg.ResourceParam[Settings]
) -> Iterator[dg.MaterializeResult[None]]:
    """All models trained for a served month, oldest first; the last is the month's model."""
    with Publication(context, lake, MODELS, FEATURES, LABELS) as publication:
        refusals = []
        for part in publication.partitions():
            try:
                _train(context, lake, settings, part)
            except TrainingError as error:
                # A month without data must not cost the other months of the run their models.
                context.log.warning(f"{part.dagster_key}: no model was made: {error}")
                refusals.append(error)
                part.put(part.published(), {"refused": str(error)})
            publication.commit()
        if refusals and len(refusals) == len(context.partition_keys):
            raise refusals[-1]
        yield from publication.publish()


def _train(
    context: dg.AssetExecutionContext, lake: LakeResource, settings: Settings, part: Partition
) -> None:
    """Train the part's model, unless the newest stored one was made of the same."""
    from traderai_assets.domain.training.engine import train_model
    from traderai_assets.domain.training.model import encode_model

    window = require_look_back(lake, part.market, part.month, settings.training.lookback_days)
    known_features = part.read(FEATURES, *window.months)
    known_labels = part.read(LABELS, *window.months)
    start, until = pd.Timestamp(window.start), pd.Timestamp(window.until)
    inside = (known_features["open_time"] >= start) & (known_features["open_time"] < until)
    # A label that is known later than the look-back ends is not there to be learned from.
    due = (known_labels["open_time"] >= start) & (known_labels["label_end"] <= until)
    plan = training_plan(settings)
    inputs = part.inputs | {"look_back": f"{start.isoformat()}/{until.isoformat()}"}
    stored = part.published()
    if len(stored) and _made_of(json.loads(last_made(stored)["card"]), plan, inputs):
        context.log.info(f"{part.dagster_key}: the model is made of the same; it stays")
        part.put(stored, model_metadata(last_made(stored), reused=True))
        return
    trained = train_model(
        known_features[inside],
        known_labels[due].drop(columns="barrier"),
        plan=plan,
        report=training_progress(context, part.dagster_key),
        inputs=inputs,
    )
    # Predictions first: a kill in between leaves some of a model that is made again, bit for bit.
    lake.snapshot(OUT_OF_SAMPLE).publish(
        {part.key: trained.out_of_sample}, run_id=context.run.run_id, code_version="1"
    )
    generation = int(stored["generation"].max()) + 1 if len(stored) else 1
    row = encode_model(trained).assign(generation=generation)
    # A revision that was taken back makes an earlier model anew, bit for bit: it moves to the end.
    others = stored[stored["model_id"] != trained.model_id]
    part.put(
        pd.concat([others, row], ignore_index=True) if len(others) else row,
        model_metadata(row.iloc[0], reused=False),
    )


def last_made(stored: pd.DataFrame) -> "pd.Series[Any]":
    """Return the model that serves its month; what it knows may end before an earlier one's."""
    return stored.iloc[int(stored["generation"].argmax())]


def _made_of(card: dict[str, Any], plan: "TrainingPlan", inputs: dict[str, str]) -> bool:
    from traderai_assets.domain.features.catalogue import FEATURE_CODE_VERSION
    from traderai_assets.domain.training.card import TRAINING_CODE_VERSION, library_versions

    return bool(
        card["inputs"] == inputs
        and card["plan"] == json.loads(json.dumps(plan.settings()))
        and card["library_versions"] == library_versions(plan)
        and card["code_version"]
        == {"features": FEATURE_CODE_VERSION, "training": TRAINING_CODE_VERSION}
    )


def model_metadata(row: "pd.Series[Any]", *, reused: bool) -> dict[str, Any]:
    """Return what a person checks first of a model: how good out of sample, fold by fold."""
    card = json.loads(row["card"])
    folds = [
        dg.TableRecord(
            {
                "fold": number,
                "test_from": fold["slices"]["test"]["from"][:16],
                "test_until": fold["slices"]["test"]["until"][:16],
                "test_rows": fold["slices"]["test"]["rows"],
                "auc": _rounded(fold["metrics"]["auc"]),
                "log_loss": _rounded(fold["metrics"]["log_loss"]),
            }
        )
        for number, fold in enumerate(card["folds"], start=1)
    ]
    gains = card["importances"]["lightgbm"]
    top = sorted(gains, key=gains.__getitem__, reverse=True)[:10]
    return {
        "model_id": row["model_id"],
        "trained_from": dg.TimestampMetadataValue(row["trained_from"].timestamp()),
        "trained_until": dg.TimestampMetadataValue(row["trained_until"].timestamp()),
        "training_rows": int(row["rows"]),
        "auc": float(row["auc"]),
        "log_loss": float(row["log_loss"]),
        "brier": float(row["brier"]),
        "reused": reused,
        "folds": dg.MetadataValue.table(folds),
        "top_features": dg.MetadataValue.table(
            [
                dg.TableRecord({"feature": name, "share_of_gain": round(gains[name], 4)})
                for name in top
            ]
        ),
        "parameters": dg.MetadataValue.json(card["plan"]),
    }


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 4)
