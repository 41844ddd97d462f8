"""What Dagster's web UI asks for the pages that grow with partitions, asked over HTTP."""

import json
import os
import sys
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from typing import Any

from benchmarks.judging import ROOT
from traderai_assets.cli.processes import HOST, answers, free_port, service_running, wait_until
from traderai_assets.settings import Settings

_STATUSES = """{assetNodeOrError(assetKey:{path:["features"]}){... on AssetNode{
  partitionStats{numMaterialized numFailed numPartitions}
  partitionKeysByDimension{name partitionKeys}
  assetPartitionStatuses{__typename ... on MultiPartitionStatuses{primaryDimensionName
    ranges{primaryDimStartKey primaryDimEndKey secondaryDim{
      ... on DefaultPartitionStatuses{materializedPartitions failedPartitions}
      ... on TimePartitionStatuses{ranges{startKey endKey status}}}}}}}}}"""
_EVENTS = """{assetOrError(assetKey:{path:["features"]}){... on Asset{
  assetMaterializations(limit:100){timestamp partition runId tags{key value}
  metadataEntries{__typename label}}}}}"""
_LINEAGE = """{assetNodes{assetKey{path} staleStatus staleCauses{key{path} reason category}
  partitionStats{numMaterialized numFailed numPartitions} dependencyKeys{path}}}"""
_CATALOG = """{assetsOrError{... on AssetConnection{nodes{key{path}
  definition{groupName computeKind}}}}}"""
_DIALOG = """{assetNodes(assetKeys:[{path:["candles"]},{path:["features"]}]){assetKey{path}
  partitionKeysByDimension{name type partitionKeys} dependencyKeys{path}
  partitionDefinition{description dimensionTypes{name}}
  assetPartitionStatuses{__typename}}}"""
_LATEST = """{assetsLatestInfo(assetKeys:[{path:["candles"]},{path:["features"]}]){
  assetKey{path} latestMaterialization{timestamp runId}}}"""
QUERIES: Mapping[str, str] = {
    "asset page: partitions": _STATUSES,
    "asset page: events and plots": _EVENTS,
    "asset page: latest": _LATEST,
    "lineage of all assets, with staleness": _LINEAGE,
    "catalog": _CATALOG,
    "backfill dialog": _DIALOG,
}


def environment(settings: Settings) -> dict[str, str]:
    """Return the settings as a process takes them."""
    told = settings.model_dump(mode="json")
    told["strategies"] = {
        name: strategy.model_dump(mode="json", exclude_unset=True)
        for name, strategy in settings.strategies.items()
    }
    named = ("markets", "timeframe", "history_days", "strategies", "search", "training", "costs")
    return {
        "DAGSTER_HOME": str(settings.home / "dagster"),
        "TRADERAI_HOME": str(settings.home),
        **{f"TRADERAI_{name.upper()}": _text(told[name]) for name in named},
    }


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def pages(address: str) -> Mapping[str, Callable[[], object]]:
    """Return what asks for each page."""
    return {name: partial(_ask, address, query) for name, query in QUERIES.items()}


def _ask(address: str, query: str) -> object:
    body = json.dumps({"query": query}).encode()
    asked = urllib.request.Request(  # noqa: S310 - our own server
        f"{address}/graphql", body, {"Content-Type": "application/json"}
    )
    with urllib.request.urlopen(asked, timeout=300) as answer:  # noqa: S310
        told = json.loads(answer.read())
    if told.get("errors"):
        raise RuntimeError(f"{query[:60]}: {told['errors'][0]['message']}")
    return told["data"]


@contextmanager
def web_server(settings: Settings) -> Iterator[str]:
    """Serve the web UI of a home; yield its address."""
    port = free_port(0)
    address = f"http://{HOST}:{port}"
    command = [sys.executable, "-m", "traderai_assets.web", "--host", HOST, "--port", str(port)]
    command += ["--workspace", str(ROOT / "workspace.yaml")]
    told = {**os.environ, **environment(settings)}
    log = settings.home / "scale-web.log"
    with service_running("the web server", command, environment=told, log=log) as web:
        wait_until(web, lambda: answers(f"{address}/server_info"))
        yield address
