"""Models: LightGBM and XGBoost, trained on what was known before the month they serve."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import dagster as dg
import pandas as pd

from resources.exchange.resource import ExchangeResource
from resources.lake.resource import LakeResource
from resources.studies.resource import StudiesResource
from traderai_assets.assets.candles import candles
from traderai_assets.assets.features import features
from traderai_assets.assets.labels import labels
from traderai_assets.domain.errors import NotEnoughData, TrainingError
from traderai_assets.domain.freshness.training_data import Refusal
from traderai_assets.domain.months import Month
from traderai_assets.domain.training.look_back import LookBack
from traderai_assets.gate.asset_check import LOOK_BACK_CHECK, look_back_result
from traderai_assets.gate.gate import Gate
from traderai_assets.gate.look_ahead import require_proof
from traderai_assets.ingest.crossings import with_cuts_told
from traderai_assets.partitions import (
    LOOK_BACK_MONTHS,
    MANY_PARTITIONS_A_RUN,
    market_served_months,
    months_around,
)
from traderai_assets.plan import check_market, training_plan
from traderai_assets.registry.model_page import model_metadata
from traderai_assets.registry.training_rows import TrainingRows, look_back_text, training_rows
from traderai_assets.runs.progress import training_progress
from traderai_assets.runs.publication import Partition, Publication
from traderai_assets.schemas.candles import CANDLE_ASKS, CANDLE_GAPS, CANDLES
from traderai_assets.schemas.features import FEATURES
from traderai_assets.schemas.labels import LABELS
from traderai_assets.schemas.models import MODELS, OUT_OF_SAMPLE
from traderai_assets.schemas.tables import Table
from traderai_assets.settings import Settings

if TYPE_CHECKING:
    from resources.fitting.processes import FitProcesses
    from traderai_assets.domain.models.model import TrainedModel
    from traderai_assets.domain.training.plan import TrainingPlan


@dg.asset(
    partitions_def=market_served_months,
    backfill_policy=MANY_PARTITIONS_A_RUN,
    deps=[
        dg.AssetDep(features, partition_mapping=months_around(-LOOK_BACK_MONTHS, -1)),
        dg.AssetDep(labels, partition_mapping=months_around(-LOOK_BACK_MONTHS, -1)),
        dg.AssetDep(candles, partition_mapping=months_around(-LOOK_BACK_MONTHS, -1)),
    ],
    check_specs=[LOOK_BACK_CHECK],
    group_name="models",
    kinds={"lightgbm", "xgboost", "deltalake"},
    owners=["team:research"],
    code_version="3",
)
def models(
    context: dg.AssetExecutionContext,
    lake: LakeResource,
    exchange: ExchangeResource,
    studies: StudiesResource,
    settings: dg.ResourceParam[Settings],
) -> Iterator[dg.MaterializeResult[None] | dg.AssetCheckResult]:
    """All models trained for a served month, oldest first; the last is the month's model."""
    from resources.fitting.processes import fit_processes

    require_proof(context.instance)
    with (
        fit_processes(settings.training.processes) as fits,
        Publication(
            context, lake, MODELS, FEATURES, LABELS, CANDLES, CANDLE_GAPS, CANDLE_ASKS
        ) as publication,
    ):
        gate = Gate(
            lake,
            context.instance,
            table=publication.source,
            clock=exchange.clock,
            days=settings.training.lookback_days,
        )
        parts = list(publication.partitions())
        judged = [(part, gate.judge(part.market, part.month)) for part in parts]
        yield look_back_result({part.dagster_key: found for part, found in judged})
        workshop = Trainer(context, lake, studies, settings, fits)
        errors = []
        for part, found in judged:
            try:
                workshop.make(part, found)
            except TrainingError as cause:
                error = with_cuts_told(cause, publication.crossings, part.market, found)
                # A month without data must not cost the other months of the run their models.
                context.log.warning(f"{part.dagster_key}: no model was made: {error}")
                errors.append(error)
                part.put(part.published(), {"refused": str(error)})
            publication.commit()
        if errors and len(errors) == len(parts):
            raise errors[-1]
        yield from publication.publish()


@dataclass(frozen=True)
class Trainer:
    """What models of one run are made with."""

    context: dg.AssetExecutionContext
    lake: LakeResource
    studies: StudiesResource
    settings: Settings
    fits: "FitProcesses"

    def make(self, part: Partition, window: LookBack | Refusal) -> None:
        """Train the part's model, unless the newest stored one was made of the same."""
        check_market(self.settings, part.market)
        if isinstance(window, Refusal):  # Before anything heavy is imported
            raise NotEnoughData(window.sentence)
        from traderai_assets.domain.models.model import encode_model

        def read(table: Table, months: list[Month]) -> pd.DataFrame:
            return part.read_candles(*months) if table is CANDLES else part.read(table, *months)

        rows = training_rows(read, part.month, window, part.market.bar)
        plan = training_plan(self.settings)
        inputs = part.inputs | {"look_back": look_back_text(window)}
        stored = part.published()
        if len(stored) and _made_of(json.loads(last_made(stored)["card"]), plan, inputs):
            self.context.log.info(f"{part.dagster_key}: the model is made of the same; it stays")
            part.put(stored, model_metadata(last_made(stored), reused=True))
            return
        trained = self._train(part, rows, plan, inputs)
        # Predictions first: a kill in between leaves some of a model that is made again, bit for
        # bit.
        self.lake.snapshot(OUT_OF_SAMPLE).publish(
            {part.key: trained.out_of_sample}, run_id=self.context.run.run_id, code_version="1"
        )
        generation = int(stored["generation"].max()) + 1 if len(stored) else 1
        row = encode_model(trained).assign(generation=generation)
        # A revision that was taken back makes an earlier model anew, bit for bit: it moves to the
        # end.
        others = stored[stored["model_id"] != trained.model_id]
        part.put(
            pd.concat([others, row], ignore_index=True) if len(others) else row,
            model_metadata(row.iloc[0], reused=False),
        )

    def _train(
        self, part: Partition, rows: TrainingRows, plan: "TrainingPlan", inputs: dict[str, str]
    ) -> "TrainedModel":
        from traderai_assets.domain.search.names import study_name
        from traderai_assets.domain.training.engine import train_model

        study = study_name(*part.key, "training", _recipe(plan, inputs))
        with training_progress(self.context, part.dagster_key) as report:
            return train_model(
                rows.features,
                rows.labels,
                rows.candles,
                plan=plan,
                bar=part.market.bar,
                report=report,
                inputs=inputs,
                storage=self.studies.continued(*part.key, study),
                study=study,
                fits=self.fits,
            )


def last_made(stored: pd.DataFrame) -> "pd.Series[Any]":
    """Return the model that serves its month; what it knows may end before an earlier one's."""
    return stored.iloc[int(stored["generation"].argmax())]


def _made_of(card: dict[str, Any], plan: "TrainingPlan", inputs: dict[str, str]) -> bool:
    recipe = _recipe(plan, inputs)
    return {name: card[name] for name in recipe} == recipe


def _recipe(plan: "TrainingPlan", inputs: dict[str, str]) -> dict[str, Any]:
    """All that decides what a training makes, as a card says it."""
    from traderai_assets.domain.models.card import code_versions, library_versions

    return {
        "inputs": inputs,
        "plan": json.loads(json.dumps(plan.settings())),
        "library_versions": library_versions(plan.learners, plan.search.sampler),
        "code_version": code_versions(),
    }
