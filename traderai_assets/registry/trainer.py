"""The trainer: makes the model of a month, unless the newest stored one was made of the same."""

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any

import dagster as dg
import pandas as pd

from resources.lake.resource import LakeResource
from resources.lake.snapshot import LakeSnapshot
from resources.studies.resource import StudiesResource
from traderai_assets.domain.code_versions import version_of
from traderai_assets.domain.errors import NotEnoughData
from traderai_assets.domain.freshness.training_data import Refusal
from traderai_assets.domain.markets import Market
from traderai_assets.domain.months import Month
from traderai_assets.domain.spans.look_back import LookBack
from traderai_assets.plan import check_market, reach, training_plan
from traderai_assets.registry.model_page import model_metadata
from traderai_assets.registry.search_orders import (
    SearchedMonth,
    search_rows,
    search_start,
    searched_month,
)
from traderai_assets.registry.stored_models import last_made
from traderai_assets.registry.training_rows import (
    LOOK_BACK,
    SEARCH_LOOK_BACK,
    ReadMonths,
    TrainingRows,
    look_back_text,
    rows_inputs,
    training_rows,
)
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
    """What models of one run are made with.

    Attributes
    ----------
    stored : LakeSnapshot
        The models stored so far, those of this run among them.
    look_back_of : callable
        What the gate says of the look-back of a market and month.
    """

    context: dg.AssetExecutionContext
    lake: LakeResource
    studies: StudiesResource
    settings: Settings
    stored: LakeSnapshot
    look_back_of: Callable[[Market, Month], LookBack | Refusal]

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

        plan = training_plan(self.settings)
        read = self._gathered(part, window, plan)
        stored = part.published()
        if len(stored) and _is_made_of(json.loads(last_made(stored)["card"]), plan, read.inputs):
            self.context.log.info(f"{part.dagster_key}: the model is made of the same; it stays")
            part.put(stored, model_metadata(last_made(stored), reused=True))
            return
        trained = self._train(part, read, plan)
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

    def _gathered(self, part: Partition, window: LookBack, plan: "TrainingPlan") -> "_Gathered":
        """Read what the part's model learns from, and what its learners are searched on."""
        span = reach(self.settings).look_back_candles(part.market.bar)
        searched = searched_month(part.month, plan, partial(self.look_back_of, part.market))

        def rows_of(month: Month, of: LookBack) -> _Read:
            memory = span.months(month)
            rows = training_rows(_reader(part), of, part.market.bar, memory=memory)
            named = rows_inputs(part.inputs, of, memory=memory)
            return _Read(rows, named | {LOOK_BACK: look_back_text(of)})

        own = rows_of(part.month, window)
        if searched.window is None:
            return _Gathered(own, searched, None, part.inputs | own.inputs)
        earlier = rows_of(searched.month, searched.window)
        ends = {
            LOOK_BACK: look_back_text(window),
            SEARCH_LOOK_BACK: look_back_text(searched.window),
        }
        return _Gathered(own, searched, earlier, part.inputs | ends)

    def _train(self, part: Partition, read: "_Gathered", plan: "TrainingPlan") -> "TrainedModel":
        from traderai_assets.domain.search.names import study_name
        from traderai_assets.domain.training.engine import train_model
        from traderai_assets.domain.training.search_order import SearchOrder

        market, searched, earlier = part.market, read.searched, read.earlier
        start = search_start(self.stored, market, searched.month, plan)
        tried_early = None if start is None else dict(start.parameters)

        def study_of(searches: _Read) -> str:
            decided = _recipe(plan, searches.inputs) | {"start": tried_early}
            return study_name(market.key, searched.month.key, "learners", decided)

        order = SearchOrder(part.month.key, read.inputs[LOOK_BACK], start, None, searched.because)
        study = study_of(read.own)
        studies = [study]
        if earlier is not None and searched.window is not None:
            studies.append(study_of(earlier))
            rows = search_rows(searched.month, searched.window, earlier.rows, studies[-1])
            order = replace(order, earlier=rows)
        with training_progress(self.context, part.dagster_key) as report:
            return train_model(
                read.own.rows.features,
                read.own.rows.labels,
                read.own.rows.candles,
                plan=plan,
                bar=market.bar,
                report=report,
                inputs=read.inputs,
                storage=self.studies.continued(market.key, searched.month.key, *studies),
                study=study,
                order=order,
            )


@dataclass(frozen=True)
class _Read:
    """Rows of a look-back, and all that decides them."""

    rows: TrainingRows
    inputs: dict[str, str]


@dataclass(frozen=True)
class _Gathered:
    """A model's own look-back, the one its search month searched, and what both were read from."""

    own: _Read
    searched: SearchedMonth
    earlier: _Read | None
    inputs: dict[str, str]


def _reader(part: Partition) -> ReadMonths:
    def read(table: Table, months: list[Month]) -> pd.DataFrame:
        return part.read_candles(*months) if table is CANDLES else part.read(table, *months)

    return read


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
