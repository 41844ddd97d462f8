"""Runs of some of a job's assets, as they are asked of the web server."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import dagster as dg
import pytest

from traderai_assets.cli import launch_selected as launching
from traderai_assets.cli.launch import NoWebServer
from traderai_assets.cli.launch_selected import launch_selected
from traderai_assets.domain.errors import TraderAIError
from traderai_assets.gate.look_ahead import LOOK_AHEAD_CHECK

_JOBS = [{"name": "train"}, {"name": "judge"}]
_LAUNCHED = {"__typename": "LaunchRunSuccess", "run": {"runId": "0badcafe" * 4}}


@contextmanager
def answering(launched: dict[str, Any] = _LAUNCHED) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """A web server that answers as Dagster does; gives its URL and what it was asked."""
    asked: list[dict[str, Any]] = []
    node = {"name": "__repository__", "location": {"name": "traderai"}, "jobs": _JOBS}
    connection = {"__typename": "RepositoryConnection", "nodes": [node]}

    class Answer(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            query = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            asked.append(query)
            found = (
                {"launchRun": launched}
                if "mutation" in query["query"]
                else {"repositoriesOrError": connection}
            )
            self.send_response(200)
            self.end_headers()
            self.wfile.write(json.dumps({"data": found}).encode())

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    server = HTTPServer(("127.0.0.1", 0), Answer)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", asked
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def test_a_strategys_assets_are_named_with_the_checks_that_go_before_them():
    assets = [dg.AssetKey(["fast", "models"]), dg.AssetKey(["fast", "record"])]
    keys = ["binance.BTC-USDT.1h|2024-05", "binance.BTC-USDT.1h|2024-04"]
    with answering() as (url, asked):
        run_id = launch_selected(url, "train", keys, assets=assets, checks=[LOOK_AHEAD_CHECK])
    assert run_id == "0badcafe" * 4
    params = asked[-1]["variables"]["params"]
    assert params["selector"]["assetSelection"] == [
        {"path": ["fast", "models"]},
        {"path": ["fast", "record"]},
    ]
    assert params["selector"]["assetCheckSelection"] == [
        {"assetKey": {"path": ["features"]}, "name": "no_look_ahead"}
    ]
    assert params["executionMetadata"]["tags"] == [
        {"key": "dagster/asset_partition_range_start", "value": keys[1]},
        {"key": "dagster/asset_partition_range_end", "value": keys[0]},
    ]


@pytest.mark.parametrize("query", [launching._REPOSITORIES, launching._LAUNCH])
def test_dagsters_own_schema_has_what_is_asked(query):
    from dagster_graphql.schema import create_schema
    from graphql import parse, validate

    assert validate(create_schema().graphql_schema, parse(query)) == []


def test_the_selection_has_the_fields_of_dagsters_own_input():
    from dagster_graphql.schema import create_schema
    from graphql.utilities import coerce_input_value

    kind = create_schema().graphql_schema.type_map["ExecutionParams"]
    with answering() as (url, asked):
        launch_selected(
            url, "train", ["a|2024-05"], assets=[dg.AssetKey("x")], checks=[LOOK_AHEAD_CHECK]
        )
    assert coerce_input_value(asked[-1]["variables"]["params"], kind)


def test_what_the_web_server_refuses_is_said_with_its_reason():
    no = {"__typename": "RunConfigValidationInvalid", "message": "no such partition"}
    with (
        answering(no) as (url, _),
        pytest.raises(TraderAIError, match="refused job judge: no such partition"),
    ):
        launch_selected(url, "judge")
    with answering() as (url, _), pytest.raises(TraderAIError, match="no code location has it"):
        launch_selected(url, "unknown")


def test_what_is_no_web_server_of_dagsters_is_none():
    with pytest.raises(NoWebServer, match="no web server answers"):
        launch_selected("http://127.0.0.1:9", "judge")
