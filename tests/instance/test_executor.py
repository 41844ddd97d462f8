"""What fails for good is not retried, whoever launched it; what may pass is, as its class says."""

from collections.abc import Callable, Iterator

import dagster as dg
import pytest
from dagster._core.definitions.job_base import InMemoryJob
from dagster._core.execution.api import execute_run
from dagster._daemon.auto_run_reexecution.auto_run_reexecution import should_retry

from traderai_assets.domain.errors import (
    CorruptPartition,
    ExchangeUnavailable,
    LakeError,
    MarketNotListed,
    NotEnoughData,
    WriteConflict,
)
from traderai_assets.instance.executor import lasting_failures_executor
from traderai_assets.instance.market_notes import refusal_of
from traderai_assets.instance.orphans import Orphan, reconcile

MARKET = "binance.BTC-USTD.5m"
TAGS = {
    "dagster/max_retries": "3",
    "dagster/retry_on_asset_or_op_failure": "true",
    "traderai/market": MARKET,
}
LASTING = (MarketNotListed, CorruptPartition, NotEnoughData)
PASSING = (ExchangeUnavailable, WriteConflict, LakeError, KeyError)


@pytest.fixture
def instance() -> Iterator[dg.DagsterInstance]:
    retries = {"enabled": True, "max_retries": 3, "retry_on_asset_or_op_failure": False}
    with dg.DagsterInstance.ephemeral(settings={"run_retries": retries}) as made:
        yield made


@pytest.fixture
def run(instance) -> Callable[..., dg.DagsterRun]:
    """Run a job of the platform whose steps fail of these errors, one each; None is no failure."""

    def run(*errors: Exception | None, job: str = "update_latest") -> dg.DagsterRun:
        def asset_of(number: int, error: Exception | None) -> dg.AssetsDefinition:
            @dg.asset(name=f"part{number}")
            def part() -> None:
                if error is not None:
                    raise RuntimeError("around it") from error

            return part

        assets = [asset_of(number, error) for number, error in enumerate(errors)]
        made = dg.Definitions(
            assets=assets,
            jobs=[dg.define_asset_job(job, selection="*")],
            executor=lasting_failures_executor,
        ).resolve_job_def(job)
        asked = instance.create_run_for_job(made, tags=TAGS)
        execute_run(InMemoryJob(made), asked, instance, raise_on_error=False)
        return instance.get_run_by_id(asked.run_id)

    return run


@pytest.mark.parametrize("kind", LASTING)
def test_what_fails_for_good_is_not_retried_and_a_restart_does_not_change_it(run, instance, kind):
    ended = run(kind("as it is"))
    assert ended.status == dg.DagsterRunStatus.FAILURE
    assert ended.tags["dagster/max_retries"] == "0"
    assert ended.tags["dagster/will_retry"] == "false"
    assert not should_retry(ended, instance)


@pytest.mark.parametrize("kind", PASSING)
def test_what_may_pass_and_what_nobody_knows_is_retried_as_the_class_says(run, instance, kind):
    ended = run(kind("this time"))
    assert ended.tags["dagster/max_retries"] == "3"
    assert should_retry(ended, instance)


def test_a_run_is_retried_as_long_as_one_of_its_failures_may_pass(run, instance):
    assert should_retry(run(MarketNotListed("no"), ExchangeUnavailable("not now")), instance)
    assert not should_retry(run(MarketNotListed("no"), None, CorruptPartition("torn")), instance)


def test_a_worker_that_dies_behind_the_word_leaves_a_run_that_is_not_retried(instance):
    """Between the word and the run's own last event lies a moment in which a kill may fall."""
    killed = instance.add_run(
        dg.DagsterRun(
            job_name="update_latest",
            status=dg.DagsterRunStatus.STARTED,
            tags={**TAGS, "dagster/max_retries": "0"},
        )
    )
    reconcile(instance, Orphan(killed, "its worker is gone"))
    assert not should_retry(instance.get_run_by_id(killed.run_id), instance)


def test_what_our_rows_refuse_is_noted_of_the_job_until_it_succeeds(run, instance):
    run(NotEnoughData("12 bars, and 500 are needed"), job="train")
    run(NotEnoughData("12 bars, and 500 are needed"), job="train")
    noted = refusal_of(instance, MARKET, "train")
    assert (noted.times, noted.reason) == (2, "NotEnoughData: 12 bars, and 500 are needed")
    assert refusal_of(instance, MARKET, "update_latest") is None
    run(None, job="train")
    assert refusal_of(instance, MARKET, "train") is None


def test_what_the_venue_refuses_is_noted_where_it_was_asked_and_not_here(run, instance):
    run(MarketNotListed("binance has no such market"))
    assert refusal_of(instance, MARKET, "update_latest") is None


@pytest.mark.parametrize(("job", "rests"), [("backfill", True), ("train", False)])
def test_a_failed_check_is_not_retried_and_only_the_gate_lets_nothing_rest(instance, job, rests):
    @dg.asset(check_specs=[dg.AssetCheckSpec("right", asset="rows", blocking=True)])
    def rows():
        yield dg.MaterializeResult(check_results=[dg.AssetCheckResult(passed=False)])

    @dg.asset(deps=[rows])
    def more() -> None:
        """Never made."""

    made = dg.Definitions(
        assets=[rows, more],
        jobs=[dg.define_asset_job(job, selection="*")],
        executor=lasting_failures_executor,
    ).resolve_job_def(job)
    asked = instance.create_run_for_job(made, tags=TAGS)
    execute_run(InMemoryJob(made), asked, instance, raise_on_error=False)
    ended = instance.get_run_by_id(asked.run_id)
    assert ended.status == dg.DagsterRunStatus.FAILURE
    assert not should_retry(ended, instance)
    assert (refusal_of(instance, MARKET, job) is not None) is rests
