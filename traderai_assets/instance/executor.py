"""The executor of every run: Dagster's own, and then the verdict whether a retry can help.

Here and nowhere else an error that lasts ends a run for good, whoever launched it and whatever
it materializes. The verdict is written on the run before the run is marked as failed: Dagster
decides then whether to retry, and a restart in between finds it on the run.
"""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import dagster as dg
from dagster import DagsterEvent
from dagster._core.definitions.executor_definition import IN_PROC_CONFIG
from dagster._core.execution.retries import RetryMode
from dagster._core.executor.in_process import InProcessExecutor

from traderai_assets.domain.errors import may_pass_by_name
from traderai_assets.domain.run_tags import tag_of
from traderai_assets.instance.market_notes import note_answered, note_refused
from traderai_assets.work_classes import JOBS, MARKET_TAG, RETRIES_TAG

if TYPE_CHECKING:
    from dagster._core.execution.context.system import PlanOrchestrationContext
    from dagster._core.execution.plan.plan import ExecutionPlan
    from dagster_shared.error import SerializableErrorInfo

# What the venue refuses is noted of the market where it was asked, and not of one job
OF_THE_VENUE = frozenset({"InvalidMarket", "MarketNotListed", "MarketRefused"})
# Of the same rows a check finds the same again
_CHECK_FAILED = "DagsterAssetCheckFailedError"
# Its check is the gate, and its sensor asks the gate before it asks for a run: once the data has
# come, nothing need rest because somebody was too early
_GATED = "train"


class LastingFailures(InProcessExecutor):
    """Executes steps one after another; what fails for good is not retried, nor soon repeated."""

    def execute(
        self, plan_context: "PlanOrchestrationContext", execution_plan: "ExecutionPlan"
    ) -> Iterator[DagsterEvent]:
        """Yield Dagster's events, and after the last of them write down what came of the run."""
        errors: list[SerializableErrorInfo | None] = []
        for event in super().execute(plan_context, execution_plan):
            if event.is_step_failure:
                errors.append(event.step_failure_data.error)
            yield event
        note_failures(plan_context.instance, plan_context.dagster_run, errors)


def note_failures(
    instance: dg.DagsterInstance,
    run: dg.DagsterRun,
    errors: "Sequence[SerializableErrorInfo | None]",
) -> None:
    """Take the retries from a run all of whose failures last, and note why; or that none is left.

    Parameters
    ----------
    instance : DagsterInstance
    run : DagsterRun
        Whose steps have ended.
    errors : sequence of SerializableErrorInfo
        What each failed step failed of.
    """
    market, job = tag_of(run.tags, MARKET_TAG), run.job_name
    if not errors:
        if market and job in JOBS:
            note_answered(instance, market, job)
        return
    lasting = [lasting_error(error) for error in errors]
    if None in lasting:
        return  # Something may pass, and a retry does only what has failed
    instance.add_run_tags(run.run_id, {RETRIES_TAG: "0"})
    elsewhere = OF_THE_VENUE | ({_CHECK_FAILED} if job == _GATED else frozenset())
    own = [error for error in lasting if error and error.cls_name not in elsewhere]
    if market and job in JOBS and own:
        note_refused(instance, market, _message(own[0]), scope=job)


def lasting_error(error: "SerializableErrorInfo | None") -> "SerializableErrorInfo | None":
    """Return the first error of the chain that says that trying again cannot help; None without.

    What is none of ours says nothing: then the run's class decides.
    """
    while error is not None:
        name = error.cls_name or ""
        if name == _CHECK_FAILED or may_pass_by_name(name) is False:
            return error
        if may_pass_by_name(name):
            return None
        error = error.cause
    return None


def _message(error: "SerializableErrorInfo") -> str:
    """Return the message without the path of the module its class lives in."""
    where, colon, text = error.message.strip().partition(": ")
    return f"{where.rpartition('.')[2]}{colon}{text}"


@dg.executor(name="in_process", config_schema=IN_PROC_CONFIG)
def lasting_failures_executor(context: dg.InitExecutorContext) -> LastingFailures:
    """Execute all steps in the process of the run."""
    return LastingFailures(RetryMode.from_config(context.executor_config["retries"]))  # type: ignore[arg-type]
