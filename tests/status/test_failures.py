"""The last failures: what each failed of, and what is done about it or can be."""

import json

import dagster as dg
import pytest

from traderai_assets.domain.errors import ExchangeUnavailable, NotEnoughData

FAILURE = dg.DagsterRunStatus.FAILURE


@pytest.fixture
def failed(traderai):
    return lambda: json.loads(traderai("status", "--json").out)["failed"]


@pytest.fixture
def failing(instance):
    """Run a job that fails of an error, truly; return the run's id."""

    def fail(error):
        @dg.op
        def work() -> None:
            raise error

        @dg.job
        def train() -> None:
            work()

        ended = train.execute_in_process(instance=instance, raise_on_error=False)
        return ended.run_id

    return fail


def test_only_the_last_failures_are_told_the_last_one_first(failed, run):
    failures = [run("train", FAILURE).run_id for _ in range(7)]
    assert [row["run"] for row in failed()] == failures[:1:-1]


@pytest.mark.processes
def test_the_error_of_the_step_is_told_and_not_what_dagster_raised_around_it(failed, failing):
    run_id = failing(NotEnoughData("12 bars, and 500 are needed\nand more than a table holds"))
    [row] = failed()
    assert (row["run"], row["error"]) == (run_id, "NotEnoughData: 12 bars, and 500 are needed")
    assert row["next"] == f"traderai runs logs {run_id[:8]}"
    assert row["ended"].endswith("Z")


@pytest.mark.processes
def test_the_way_out_that_an_error_names_is_the_next_step_however_long_it_is(failed, failing):
    ways = [
        f"traderai backfill binance.BTC-USDT.5m --since {day}"
        for day in ("2026-01-01", "2026-03-01")
    ]
    typed = " and ".join(f'"{way}"' for way in ways)
    failing(NotEnoughData(f"{'bars are missing, ' * 10}; fetch and make them with {typed}"))
    [row] = failed()
    assert row["error"].endswith("...")
    assert row["next"] == "; ".join(ways)


@pytest.mark.processes
def test_what_may_go_well_the_next_time_is_retried(failed, failing):
    run_id = failing(ExchangeUnavailable("binance did not answer within 300 s"))
    [row] = failed()
    assert row["next"] == f"traderai runs retry {run_id[:8]}"


def test_a_lost_worker_has_no_error_but_a_last_word(failed, instance, run):
    lost = run("train", dg.DagsterRunStatus.STARTED)
    instance.report_run_failed(lost, "The run failed: its worker, process 12, ended by SIGKILL.")
    [row] = failed()
    assert row["error"] == "The run failed: its worker, process 12, ended by SIGKILL."
    assert row["next"] in {"will be retried by itself", f"traderai runs retry {lost.run_id[:8]}"}


def test_a_failure_that_the_policy_takes_up_needs_nobody(failed, instance, run):
    lost = run("train", FAILURE)
    instance.add_run_tags(lost.run_id, {"dagster/will_retry": "true"})
    assert failed()[0]["next"] == "will be retried by itself"


def test_a_retry_is_named_with_how_it_stands(traderai, failed, run):
    lost = run("train", FAILURE)
    parent = {"dagster/parent_run_id": lost.run_id, "dagster/root_run_id": lost.run_id}
    run("train", FAILURE, tags=parent)
    again = run("train", dg.DagsterRunStatus.SUCCESS, tags=parent)
    told = {row["run"]: row["next"] for row in failed()}
    assert told[lost.run_id] == f"retried as {again.run_id[:8]} (success)"
    assert f"retried as {again.run_id[:8]} (success)" in traderai("status").out


@pytest.mark.processes
def test_a_long_error_is_cut(failed, failing):
    failing(NotEnoughData("x" * 500))
    [row] = failed()
    assert (len(row["error"]), row["error"][-3:]) == (160, "...")


def test_who_failed_last_is_told_first_though_it_was_made_first(failed, instance, run):
    long, quick = (run("train", dg.DagsterRunStatus.STARTED) for _ in range(2))
    for ended in (quick, long):
        instance.report_run_failed(ended)
    assert [row["run"] for row in failed()] == [long.run_id, quick.run_id]
