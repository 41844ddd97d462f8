"""What holds for Dagster's web server alone: its GraphQL, its report endpoints, its pages.

Dagster executes any GraphQL that comes by GET without asking for HTML, mutations too, and writes
an event for a POST without a body. Its own pages use neither.
"""

import json
from typing import Any
from urllib.parse import parse_qsl

from graphql import GraphQLError, OperationDefinitionNode, OperationType, parse

from traderai_assets.domain.web.access import (
    AccessPolicy,
    Refusal,
    RequestHead,
    Rule,
    served_hosts,
)
from traderai_assets.settings_services import WebSettings

GRAPHQL = "graphql"
# Everything else that begins otherwise is the one page of the web UI, or a file it is made of
NO_PAGES = frozenset({GRAPHQL, "logs", "download_debug", "notebook", "dagit", "server_info"})
REPORTS = "report_asset_"
WAY_OUT = (
    "If it is a name of your own, write it into traderai.toml and start the web server again: "
    '[web] allowed_hosts = ["{host}"]'
)


def dagster_policy(port: int, settings: WebSettings) -> AccessPolicy:
    """Return what the web server on `port` answers.

    Raises
    ------
    InvalidSettings
        If the port is none.
    """
    read_only: tuple[Rule, ...] = (report_when_read_only,) if settings.read_only else ()
    return AccessPolicy(
        hosts=served_hosts(port, settings.allowed_hosts),
        is_page=is_page,
        rules=(graphql_in_url, report_without_body, *read_only),
        way_out=WAY_OUT,
    )


def is_page(path: str) -> bool:
    """Whether a link of another site may lead here: to a page, which that site cannot read."""
    first = _first(path)
    return first not in NO_PAGES and not first.startswith(REPORTS)


def graphql_in_url(head: RequestHead) -> Refusal | None:
    """Refuse GraphQL in a URL, also beside a body: Dagster executes it if it cannot tell the body.

    Its own pages name the operation there (`?op=...`), which does nothing.
    """
    if _first(head.path) != GRAPHQL:
        return None
    # As Dagster reads it, so that no spelling means one thing here and another there
    if any(name == "query" for name, _ in parse_qsl(head.query, keep_blank_values=True)):
        return Refusal(405, "GraphQL in a URL is not executed; send it as JSON by POST")
    return None


def report_without_body(head: RequestHead) -> Refusal | None:
    """Refuse an event that nobody wrote down: Dagster takes all it can from the URL."""
    if not _first(head.path).startswith(REPORTS):
        return None
    length = head.value("content-length") or "0"
    chunked = head.value("transfer-encoding") is not None
    if chunked or (length.isdecimal() and int(length) > 0):
        return None
    return Refusal(400, "the event to report is missing: send it as the body, as JSON")


def report_when_read_only(head: RequestHead) -> Refusal | None:
    """Refuse every event where the web server is for reading."""
    if not _first(head.path).startswith(REPORTS):
        return None
    return Refusal(403, READ_ONLY)


READ_ONLY = "this web server is for reading only (web.read_only in traderai.toml)"


def _first(path: str) -> str:
    """Return the first part of a path, in lower case; `//graphql/` is `graphql`."""
    return path.strip("/").partition("/")[0].lower()


def changes_something(body: bytes) -> bool:
    """Whether any operation in the body is a mutation, be it the one that is asked for or not.

    What cannot be read is no mutation: Dagster reads it by the same two parsers and refuses it.
    """
    try:
        request: Any = json.loads(body)
        query = request.get("query")
        document = parse(query) if isinstance(query, str) else None
    except (ValueError, AttributeError, RecursionError, GraphQLError):
        return False
    return document is not None and any(
        isinstance(node, OperationDefinitionNode) and node.operation is OperationType.MUTATION
        for node in document.definitions
    )
