"""Runs that are told what no run may be told: refused on every way, finished, and nothing done."""

import logging
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import dagster as dg
import pytest
from dagster._core.remote_origin import InProcessCodeLocationOrigin
from dagster._core.test_utils import InProcessTestWorkspaceLoadTarget  # type: ignore[attr-defined]
from dagster._core.types.loadable_target_origin import LoadableTargetOrigin
from dagster._core.workspace.context import WorkspaceProcessContext

from resources.lake.resource import LakeResource
from traderai_assets.domain.run_config import (
    RUN_CONFIG,
    MarketKey,
    MarketKeys,
    ModelId,
    ModelIds,
    StrategyName,
    Words,
)
from traderai_assets.partitions import MARKETS
from traderai_assets.schemas.candles import CANDLES
from traderai_assets.settings import Settings, load_settings

REPOSITORY = {"repositoryName": "__repository__", "repositoryLocationName": "<<in_process>>"}
KEY = "binance.BTC-USDT.5m"
MAY = f"{KEY}|2024-05"
_ENDS = "__typename ... on LaunchRunSuccess { run { id } } ... on PythonError { message }"
_LAUNCH = f"""mutation ($asked: ExecutionParams!) {{ launchRun(executionParams: $asked) {{ {_ENDS}
  ... on RunConfigValidationInvalid {{ errors {{ message }} }} }} }}"""
_AGAIN = f"""mutation ($asked: ReexecutionParams!) {{
  launchRunReexecution(reexecutionParams: $asked) {{ {_ENDS} }} }}"""
_BACKFILL = """mutation ($asked: LaunchBackfillParams!) {
  launchPartitionBackfill(backfillParams: $asked) { __typename
    ... on LaunchBackfillSuccess { backfillId } ... on PythonError { message } } }"""


class Stranger:
    """A server nobody should ask; `asked` are the paths that were."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        asked = self.asked

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                asked.append(self.path)
                self.send_error(404)

            do_POST = do_GET  # noqa: N815 - the name is http.server's

            def log_message(self, *_: object) -> None:
                """Nothing on stderr."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"


@pytest.fixture
def stranger() -> Iterator[Stranger]:
    made = Stranger()
    thread = threading.Thread(target=made.server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield made
    made.server.shutdown()
    thread.join()
    made.server.server_close()


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """A home of its own, for what is loaded in this process."""
    monkeypatch.setenv("TRADERAI_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("TRADERAI_EXCHANGE_URL", "http://127.0.0.1:9")  # Nobody listens there
    monkeypatch.setenv("TRADERAI_EXCHANGE__ATTEMPTS", "1")
    return load_settings(tmp_path / "none.toml")


@pytest.fixture(scope="session")
def instance_of_the_platform(
    tmp_path_factory: pytest.TempPathFactory, repository: Path
) -> Iterator[dg.DagsterInstance]:
    home = tmp_path_factory.mktemp("dagster")
    (home / "dagster.yaml").symlink_to(repository / "dagster.yaml")
    with dg.DagsterInstance.from_config(str(home)) as made:
        yield made


@pytest.fixture
def instance(instance_of_the_platform: dg.DagsterInstance) -> Iterator[dg.DagsterInstance]:
    yield instance_of_the_platform
    for run in instance_of_the_platform.get_runs():
        instance_of_the_platform.delete_run(run.run_id)


@pytest.fixture
def workspace(
    instance: dg.DagsterInstance,
    settings: Settings,  # noqa: ARG001
    repository: Path,
) -> Iterator[WorkspaceProcessContext]:
    """The platform's definitions as web server and daemon see them, in this process."""
    target = LoadableTargetOrigin(
        module_name="traderai_assets.definitions", working_directory=str(repository)
    )
    here = InProcessTestWorkspaceLoadTarget(InProcessCodeLocationOrigin(target))
    with WorkspaceProcessContext(instance, here) as made:
        yield made


@pytest.fixture
def ask(workspace: WorkspaceProcessContext) -> Callable[..., dict[str, Any]]:
    """Ask the web server's own GraphQL over the platform's definitions."""
    from dagster_graphql.test.utils import execute_dagster_graphql

    def ask(query: str, **variables: Any) -> dict[str, Any]:
        context = workspace.create_request_context()
        answer = execute_dagster_graphql(context, query, variables=variables)
        assert not answer.errors, answer.errors
        return answer.data

    return ask


def resources_of(stranger: Stranger, elsewhere: Path) -> dict[str, Any]:
    """Run config that sends every resource to where a stranger wants it."""
    return {
        "exchange": {"config": {"url": stranger.url, "state_folder": str(elsewhere)}},
        "lake": {"config": {"root": str(elsewhere)}},
        "studies": {"config": {"uri": f"postgresql://{stranger.url[7:]}/x"}},
    }


def asked_for(run_config: Any, job: str = "__ASSET_JOB") -> dict[str, Any]:
    asset = {"assetSelection": [{"path": ["candles"]}]} if job == "__ASSET_JOB" else {}
    return {
        "selector": {**REPOSITORY, "jobName": job, **asset},
        "runConfigData": run_config,
        "executionMetadata": {"tags": [{"key": "dagster/partition", "value": MAY}]},
    }


def test_resources_are_refused_to_whoever_launches_over_graphql(ask, instance, stranger, tmp_path):
    elsewhere = tmp_path / "elsewhere"
    for job in ("__ASSET_JOB", "backfill", "maintain_lake"):
        asked = asked_for({"resources": resources_of(stranger, elsewhere)}, job)
        answer = ask(_LAUNCH, asked=asked)["launchRun"]
        assert answer["__typename"] == "RunConfigValidationInvalid", answer
    assert instance.get_runs() == []
    assert stranger.asked == []
    assert not elsewhere.exists()


@pytest.mark.parametrize(
    "run_config",
    [
        {"execution": {"config": {"marker_to_close": "x"}}},
        {"loggers": {"console": {"config": {"name": "x"}}}},
        {"ops": {"candles_candle_contract": {"config": {"path": "/etc"}}}},
        {"ops": {"candles": {"config": {"refetch": {"env": "PGPASSWORD"}}}}},
    ],
)
def test_what_dagster_would_let_pass_the_coordinator_refuses_and_the_run_has_ended(
    ask, instance, run_config, monkeypatch
):
    monkeypatch.setenv("PGPASSWORD", "true")
    answer = ask(_LAUNCH, asked=asked_for(run_config))["launchRun"]
    assert answer["__typename"] == "PythonError"
    assert "is refused: run config may not set" in answer["message"]
    [run] = instance.get_runs()
    assert run.status is dg.DagsterRunStatus.FAILURE
    assert run.tags.get("dagster/will_retry") != "true"
    said = [entry.message for entry in instance.all_logs(run.run_id)]
    assert any("run config may not set" in message for message in said)


def test_a_run_that_is_launched_again_brings_its_config_past_nobody(ask, instance):
    answer = ask(_LAUNCH, asked=asked_for({"ops": {"candles": {"config": {"refetch": True}}}}))
    parent = answer["launchRun"]["run"]["id"]
    assert instance.get_run_by_id(parent).status is dg.DagsterRunStatus.QUEUED
    old = instance.get_run_by_id(parent)  # As an older version of ours would have let it pass
    instance.run_storage.delete_run(parent)
    config = {"loggers": {"console": {"config": {"name": "x"}}}}
    instance.add_run(old._replace(run_config=config, status=dg.DagsterRunStatus.FAILURE))
    asked = {"parentRunId": parent, "strategy": "ALL_STEPS"}
    again = ask(_AGAIN, asked=asked)["launchRunReexecution"]
    assert "may not set loggers.console.config.name" in again["message"]


@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # Dagster's own, of itself
def test_a_backfill_with_such_config_ends_and_leaves_no_run_waiting(ask, instance, workspace):
    from dagster._daemon.backfill import execute_backfill_iteration

    instance.add_dynamic_partitions(MARKETS, [KEY])
    asked = {
        "assetSelection": [{"path": ["candles"]}],
        "partitionNames": [MAY],
        "runConfigData": {"loggers": {"console": {"config": {"name": "x"}}}},
    }
    answer = ask(_BACKFILL, asked=asked)["launchPartitionBackfill"]
    begun = answer["backfillId"]
    for _ in range(8):  # Dagster tries a backfill several times
        list(execute_backfill_iteration(workspace, logging.getLogger("a daemon nobody reads")))
    assert instance.get_backfill(begun).status.value == "COMPLETED_FAILED"
    assert {run.status for run in instance.get_runs()} == {dg.DagsterRunStatus.FAILURE}


def test_a_partition_that_acts_on_a_terminal_is_refused_and_shown_without_acting(ask, instance):
    hostile = f"\x1b]0;owned\x07{KEY}|2024-05"
    instance.add_dynamic_partitions(MARKETS, [hostile.partition("|")[0]])
    asked = asked_for({})
    asked["executionMetadata"]["tags"][0]["value"] = hostile
    answer = ask(_LAUNCH, asked=asked)["launchRun"]
    assert "\\x1b]0;owned\\x07" in answer["message"]
    assert "\x1b" not in answer["message"]


def test_a_run_that_never_saw_the_coordinator_cannot_be_sent_elsewhere_either(
    settings, instance, stranger, tmp_path
):
    from traderai_assets.definitions import build_definitions

    instance.add_dynamic_partitions(MARKETS, [KEY])
    job = build_definitions(settings=settings).resolve_job_def("backfill")
    elsewhere = tmp_path / "elsewhere"
    for name, config in resources_of(stranger, elsewhere).items():
        with pytest.raises(dg.DagsterInvalidConfigError, match="unexpected config entr"):
            job.execute_in_process(
                run_config={"resources": {name: config}}, instance=instance, partition_key=MAY
            )
    pickles = {"resources": {"io_manager": {"config": {"base_dir": str(elsewhere)}}}}
    with pytest.raises(dg.DagsterInvalidConfigError, match="unexpected config entr"):
        job.execute_in_process(run_config=pickles, instance=instance, partition_key=MAY)
    assert stranger.asked == []
    assert not elsewhere.exists()
    assert LakeResource(root=settings.lake_root).snapshot(CANDLES).markets() == []


def test_whatever_an_op_declares_stands_on_the_list_or_could_not_be_asked_for(settings):
    from traderai_assets.definitions import build_definitions

    declared = {}
    for job in build_definitions(settings=settings).resolve_all_job_defs():
        ops = job.run_config_schema.run_config_schema_type.fields["ops"].config_type.fields  # type: ignore[attr-defined]
        for name, op in ops.items():
            fields = getattr(op.config_type.fields["config"].config_type, "fields", {})
            declared |= {name: set(fields)} if fields else {}
    assert set(declared) == set(RUN_CONFIG)
    assert all(fields <= set(RUN_CONFIG[op]) for op, fields in declared.items())


def test_no_text_is_on_the_list_that_could_name_a_host_a_path_or_a_table():
    kinds = {
        kind for fields in RUN_CONFIG.values() for allowed in fields.values() for kind in allowed
    }
    # Keys are read as markets, ids are hexadecimal, a name is looked up, words are only stored
    read = {MarketKey, MarketKeys, ModelId, ModelIds, StrategyName, Words}
    assert kinds <= {bool, int, float} | read
