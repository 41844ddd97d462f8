"""What came of an action in the web UI: by instance and lake, not by what a page says."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

import dagster as dg
from dagster._core.execution.backfill import BulkActionStatus

from resources.lake.resource import LakeResource
from traderai_assets.domain.markets import Market
from traderai_assets.domain.progress_line import ProgressLine
from traderai_assets.partitions import partition_key
from traderai_assets.registry.model_list import stored_models
from traderai_assets.registry.references import references, referred
from traderai_assets.registry.stored_models import StoredModel
from traderai_assets.schemas.candles import CANDLES
from traderai_assets.schemas.model_deletions import DELETED, MODEL_DELETIONS
from traderai_assets.schemas.models import MODELS
from traderai_assets.schemas.tables import ALL_MONTHS
from traderai_assets.settings import Settings
from traderai_assets.strategies import strategies_of

_SECONDS = 300.0
Found = TypeVar("Found")


class NotDone(Exception):
    """An action that the instance does not know of, or that came to another end."""


@dataclass(frozen=True)
class Home:
    """What is stored of a platform: settings, instance, lake."""

    settings: Settings
    instance: dg.DagsterInstance
    lake: LakeResource

    def months(self) -> tuple[str, list[str]]:
        """Return the first market by name, and the second and third month of its candles."""
        candles = self.lake.snapshot(CANDLES)
        for market in candles.markets():
            months = candles.months(Market.parse(market))
            if len(months) > 3:
                return market, months[1:3]
        raise NotDone("no market of this home has four months of candles; make demo has them")

    def event(self, asset: str, market: str, month: str) -> int:
        """Return the number of the newest event of a partition; 0 where there is none."""
        asked = dg.AssetRecordsFilter(
            dg.AssetKey(asset.split("/")), asset_partitions=[partition_key(market, month)]
        )
        found = self.instance.fetch_materializations(asked, limit=1).records
        return found[0].storage_id if found else 0

    def newest_run(self, named: str, but: set[str]) -> str:
        """Wait for a run of a job, or of an asset, that is none of those known; return its id."""

        def found() -> str:
            for run in self.instance.get_runs(limit=20):
                assets = {one.to_user_string() for one in run.asset_selection or ()}
                if run.run_id not in but and named in {run.job_name, *assets}:
                    return run.run_id
            return ""

        return awaited(found, f"a run of {named} is asked for")

    def known_runs(self) -> set[str]:
        """Return the ids of the runs there are."""
        return {run.run_id for run in self.instance.get_runs(limit=1000)}

    def is_over(self, run_id: str) -> bool:
        """Whether a run has ended, however it did."""
        run = self.instance.get_run_by_id(run_id)
        return run is None or run.is_finished

    def fold(self, run_id: str) -> str:
        """Return which fold a training says it is at; empty before it has begun with one."""
        run = self.instance.get_run_by_id(run_id)
        line = ProgressLine.of_tags(run.tags) if run is not None else None
        return line.where if line is not None and "fold" in line.where else ""

    def succeeded(self, run_id: str, seconds: float = _SECONDS) -> dg.DagsterRun:
        """Wait until a run has ended, and return it if it did so well."""
        awaited(lambda: self.is_over(run_id), f"run {run_id[:8]} ends", seconds)
        run = self.instance.get_run_by_id(run_id)
        if run is None:
            raise NotDone(f"run {run_id[:8]} is not in the instance any more")
        if run.status is not dg.DagsterRunStatus.SUCCESS:
            raise NotDone(f"run {run_id[:8]} of {run.job_name} ended with {run.status.value}")
        return run

    def newest_backfill(self, but: set[str]) -> str:
        """Wait for a backfill that is none of those known; return its id."""
        return awaited(
            lambda: next(iter(self.known_backfills() - but), ""), "a backfill is asked for"
        )

    def known_backfills(self) -> set[str]:
        """Return the ids of the backfills there are."""
        return {one.backfill_id for one in self.instance.get_backfills(limit=1000)}

    def backfilled(self, backfill_id: str) -> None:
        """Wait until a backfill has ended well."""
        going = (BulkActionStatus.REQUESTED, BulkActionStatus.COMPLETED)

        def ended() -> str:
            found = self.instance.get_backfill(backfill_id)
            return "" if found is None or found.status in going else found.status.value

        status = awaited(ended, f"backfill {backfill_id} ends")
        if status != BulkActionStatus.COMPLETED_SUCCESS.value:
            raise NotDone(f"backfill {backfill_id} ended with {status}")

    def spare_model(self) -> StoredModel:
        """Return a model that nothing refers to: of the latest month that has one."""
        strategies, found = strategies_of(self.settings), dict[str, Any]()
        for model in sorted(stored_models(self.lake, strategies), key=_served, reverse=True):
            market = model.market.key
            if market not in found:
                found[market] = references(self.settings, self.lake, model.market)
            if not referred(found[market], model.model_id):
                return model
        raise NotDone("something refers to every model of this home, so that none may go")

    def model_ids(self, model: StoredModel) -> set[str]:
        """Return the ids of the models of a model's market and month."""
        rows = self.lake.of(model.strategy).snapshot(MODELS).read(model.market, [model.served])
        return set(rows["model_id"])

    def is_gone(self, model: StoredModel) -> bool:
        """Whether it is noted that a model went, and its row is there no more."""
        rows = self.lake.snapshot(MODEL_DELETIONS).read(model.market, [ALL_MONTHS])
        steps = rows.sort_values("number").loc[rows["model_id"] == model.model_id, "step"]
        noted = len(steps) > 0 and steps.iloc[-1] == DELETED
        return noted and model.model_id not in self.model_ids(model)


def awaited(found: Callable[[], Found], what: str, seconds: float = _SECONDS) -> Found:
    """Return what is found as soon as there is anything.

    Raises
    ------
    NotDone
        If there is nothing after `seconds`.
    """
    deadline = time.monotonic() + seconds
    while not (value := found()):
        if time.monotonic() > deadline:
            raise NotDone(f"after {seconds:.0f} s it is not so that {what}")
        time.sleep(0.3)
    return value


def _served(model: StoredModel) -> str:
    return model.served.key
