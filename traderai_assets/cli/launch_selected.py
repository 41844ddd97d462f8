"""Launching a run of some of a job's assets through the web server, as the web UI does."""

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from traderai_assets.cli.launch import ask, refused
from traderai_assets.partitions import partition_range_tags

if TYPE_CHECKING:
    from dagster import AssetCheckKey, AssetKey

_REPOSITORIES = """
{
  repositoriesOrError {
    __typename
    ... on RepositoryConnection { nodes { name location { name } jobs { name } } }
    ... on Error { message }
  }
}
"""
_LAUNCH = """
mutation ($params: ExecutionParams!) {
  launchRun(executionParams: $params) {
    __typename
    ... on LaunchRunSuccess { run { runId } }
    ... on Error { message }
  }
}
"""


def launch_selected(
    url: str,
    job: str,
    partition_keys: Iterable[str] = (),
    *,
    assets: "Sequence[AssetKey]" = (),
    checks: "Sequence[AssetCheckKey]" = (),
) -> str:
    """Queue one run of a job; return its id.

    Parameters
    ----------
    url : str
        Of the web server.
    job : str
    partition_keys : iterable of str
        The run takes all from the first to the last; empty for what is not partitioned.
    assets, checks : sequence
        What of the job is made; all of it where no asset is named.

    Raises
    ------
    NoWebServer
        If nothing answers at `url`, or not as Dagster does.
    InvalidInput
        If the URL is none.
    TraderAIError
        If the run was refused otherwise.
    """
    selector: dict[str, Any] = {**_place_of(url, job), "jobName": job}
    if assets:
        selector["assetSelection"] = [{"path": list(key.path)} for key in assets]
        selector["assetCheckSelection"] = [
            {"assetKey": {"path": list(check.asset_key.path)}, "name": check.name}
            for check in checks
        ]
    keys = sorted(partition_keys)
    tags = partition_range_tags(keys) if keys else {}
    params = {
        "selector": selector,
        "runConfigData": {},
        "executionMetadata": {"tags": [{"key": key, "value": tags[key]} for key in tags]},
    }
    answer = ask(url, _LAUNCH, {"params": params}, "launchRun")
    if "run" not in answer:
        raise refused(url, f"job {job}", answer)
    return str(answer["run"]["runId"])


def _place_of(url: str, job: str) -> dict[str, str]:
    answer = ask(url, _REPOSITORIES, {}, "repositoriesOrError")
    for one in answer.get("nodes", ()):
        if job in {known["name"] for known in one["jobs"]}:
            return {
                "repositoryName": one["name"],
                "repositoryLocationName": one["location"]["name"],
            }
    raise refused(url, f"job {job}", {"message": "no code location has it", **answer})
