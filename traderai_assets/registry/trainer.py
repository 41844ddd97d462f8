"""The trainer: makes the model of a month, unless the newest stored one was made of the same."""

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import dagster as dg
import pandas as pd

from resources.lake.resource import LakeResource
from resources.studies.resource import StudiesResource
from traderai_assets.domain.code_versions import version_of
from traderai_assets.domain.errors import NotEnoughData
from traderai_assets.domain.freshness.training_data import Refusal
from traderai_assets.domain.months import Month
from traderai_assets.domain.spans.look_back import LookBack
from traderai_assets.plan import check_market, reach, training_plan
from traderai_assets.registry.model_page import model_metadata
from traderai_assets.registry.stored_models import last_made
from traderai_assets.registry.training_rows import TrainingRows, look_back_text, training_rows
from traderai_assets.runs.progress import training_progress
from traderai_assets.runs.publication import Partition
from traderai_assets.schemas.candles import CANDLES
from traderai_assets.schemas.models import OUT_OF_SAMPLE
from traderai_assets.schemas.tables import Table
from traderai_assets.settings import Settings

if TYPE_CHECKING:
    from traderai_assets.domain.models.model import TrainedModel
    from traderai_assets.domain.training.plan import TrainingPlan


@dataclass(frozen=True)
class Trainer:
    """What models of one run are made with."""

    context: dg.AssetExecutionContext
    lake: LakeResource
    studies: StudiesResource
    settings: Settings

    def make(self, part: Partition, window: LookBack | Refusal) -> None:
        """Train the part's model, unless the newest stored one was made of the same.

        Raises
        ------
        NotEnoughData
            If the look-back was refused, or leaves too few rows.
        TrainingError
            If no model can be made of the rows.
        """
        check_market(self.settings, part.market)
        if isinstance(window, Refusal):  # Before anything heavy is imported
            raise NotEnoughData(window.sentence)
        from traderai_assets.domain.models.model import encode_model

        def read(table: Table, months: list[Month]) -> pd.DataFrame:
            return part.read_candles(*months) if table is CANDLES else part.read(table, *months)

        span = reach(self.settings).training_candles(part.market.bar)
        rows = training_rows(read, window, part.market.bar, memory=span.months(part.month))
        plan = training_plan(self.settings)
        inputs = part.inputs | {"look_back": look_back_text(window)}
        stored = part.published()
        if len(stored) and _is_made_of(json.loads(last_made(stored)["card"]), plan, inputs):
            self.context.log.info(f"{part.dagster_key}: the model is made of the same; it stays")
            part.put(stored, model_metadata(last_made(stored), reused=True))
            return
        trained = self._train(part, rows, plan, inputs)
        # Predictions first: a kill in between leaves some of a model that is made again, bit for
        # bit.
        self.lake.snapshot(OUT_OF_SAMPLE).publish(
            {part.key: trained.out_of_sample},
            run_id=self.context.run.run_id,
            code_version=version_of("models"),
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
            )


def _is_made_of(card: dict[str, Any], plan: "TrainingPlan", inputs: dict[str, str]) -> bool:
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
