"""Launching runs through the web server, as the web UI does; the queue does the rest."""

import json
import urllib.error
import urllib.request
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import urlsplit

from traderai_assets.cli.web_requests import request_options
from traderai_assets.domain.errors import InvalidInput, TraderAIError
from traderai_assets.domain.plain_text import plain_line
from traderai_assets.domain.urls import without_login
from traderai_assets.partitions import FIRST_MONTH, partition_range_tags

DEFAULT_URL = "http://127.0.0.1:3000"
SECONDS_TO_ANSWER = 300  # as long as Dagster's own client waits: the code server may be starting
FORBIDDEN = 403
_AGAIN = """
mutation ($run: String!) {
  launchRunReexecution(reexecutionParams: {parentRunId: $run, strategy: FROM_FAILURE}) {
    __typename
    ... on LaunchRunSuccess { run { runId } }
    ... on Error { message }
  }
}
"""


class NoWebServer(TraderAIError):
    """The web server that launches runs cannot be reached."""


def launch(url: str, job: str, partition_keys: Iterable[str]) -> str:
    """Queue one run of `job` over all partitions from the first key to the last; return its id.

    Raises
    ------
    NoWebServer
        If nothing answers at `url`, or not as Dagster does.
    InvalidInput
        If the URL is none, or the instance does not know the partitions.
    TraderAIError
        If the run was refused otherwise.
    """
    from dagster_graphql import DagsterGraphQLClient, DagsterGraphQLClientError
    from gql.transport.requests import RequestsHTTPTransport

    keys = sorted(partition_keys)
    host, parts = _host(url), urlsplit(url)
    server = f"{parts.scheme}://{parts.netloc}/graphql"
    try:
        client = DagsterGraphQLClient(
            host,
            transport=RequestsHTTPTransport(
                server, timeout=SECONDS_TO_ANSWER, **request_options(server)
            ),
        )
        return client.submit_job_execution(job, tags=partition_range_tags(keys))
    except DagsterGraphQLClientError as error:
        raise _explained(error, url, job, keys) from error


def launch_again(url: str, run_id: str) -> str:
    """Queue a run that does what the ended run `run_id` did not finish; return its id.

    Raises
    ------
    NoWebServer
        If nothing answers at `url`, or not as Dagster does.
    InvalidInput
        If the URL is none.
    TraderAIError
        If it was refused otherwise.
    """
    answer = ask(url, _AGAIN, {"run": run_id}, "launchRunReexecution")
    if "run" not in answer:
        raise refused(url, f"to retry run {run_id[:8]}", answer)
    return str(answer["run"]["runId"])


def ask(url: str, query: str, variables: dict[str, Any], field: str) -> dict[str, Any]:
    """Ask the web server for one field of a GraphQL query, or mutation.

    Raises
    ------
    NoWebServer
        If nothing answers at `url`, or not as Dagster does.
    InvalidInput
        If the URL is none.
    TraderAIError
        If it does not let us in.
    """
    _host(url)
    request = urllib.request.Request(  # noqa: S310  # `_host` lets http and https pass
        f"{url.rstrip('/')}/graphql",
        json.dumps({"query": query, "variables": variables}).encode(),
        {"Content-Type": "application/json"},
    )
    try:
        with urllib.request.urlopen(request, timeout=SECONDS_TO_ANSWER) as response:  # noqa: S310
            answer: dict[str, Any] = json.load(response)["data"][field]
            _ = answer["__typename"]
    except urllib.error.HTTPError as error:
        raise _not_let_in(url) if error.code == FORBIDDEN else _no_web_server(url) from error
    except (urllib.error.URLError, TimeoutError, ValueError, KeyError, TypeError) as error:
        raise _no_web_server(url) from error
    return answer


def refused(url: str, what: str, answer: Mapping[str, Any]) -> TraderAIError:
    """Return the error of what the web server refused, with its reason."""
    reason = plain_line(answer.get("message", answer.get("__typename", "")))
    return TraderAIError(f"the web server at {without_login(url)} refused {what}: {reason}")


def _host(url: str) -> str:
    try:
        parts = urlsplit(url)
        host = parts.hostname if parts.scheme in {"http", "https"} and parts.port != 0 else None
    except ValueError:  # A port beyond 65535, a bracket left open
        host = None
    if host is None:
        shown = without_login(url)
        raise InvalidInput(f"'{shown}' is not the URL of a web server; expected {DEFAULT_URL}")
    return host


def _no_web_server(url: str) -> NoWebServer:
    return NoWebServer(
        f'no web server answers at {without_login(url)}; start it with "make dev", or name it '
        "with --url"
    )


def _not_let_in(url: str) -> TraderAIError:
    return TraderAIError(
        f"the web server at {url} does not let this in: either it is for reading only "
        "(web.read_only in traderai.toml), or it does not answer to that name (web.allowed_hosts)"
    )


def _explained(error: Exception, url: str, job: str, keys: list[str]) -> TraderAIError:
    """Return what is wrong in one line: the client's own message holds the whole query."""
    from gql.transport.exceptions import TransportConnectionFailed, TransportServerError

    shown = without_login(url)
    if isinstance(error.__cause__, TransportServerError) and error.__cause__.code == FORBIDDEN:
        return _not_let_in(url)
    if isinstance(error.__cause__, TransportConnectionFailed | TransportServerError):
        return _no_web_server(url)
    if "Nonexistent partition keys" in str(error):
        return InvalidInput(
            f"{keys[0]} to {keys[-1]} are not all known at {shown}; is the market kept (see "
            f'"traderai markets"), and does no month lie before {FIRST_MONTH:%Y-%m}?'
        )
    reason = plain_line(error.__cause__ or error)
    return TraderAIError(f"the web server at {shown} refused job {job}: {reason}")
