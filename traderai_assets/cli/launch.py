"""Launching runs through the web server, as the web UI does; the queue does the rest."""

from collections.abc import Iterable
from urllib.parse import urlsplit

from traderai_assets.domain.errors import InvalidInput, TraderAIError
from traderai_assets.partitions import FIRST_MONTH, partition_range_tags

DEFAULT_URL = "http://127.0.0.1:3000"


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

    keys = sorted(partition_keys)
    parts = urlsplit(url)
    if parts.hostname is None:
        raise InvalidInput(f"{url!r} is not the URL of a web server; expected {DEFAULT_URL}")
    try:
        client = DagsterGraphQLClient(
            parts.hostname, port_number=parts.port, use_https=parts.scheme == "https"
        )
        return client.submit_job_execution(job, tags=partition_range_tags(keys))
    except DagsterGraphQLClientError as error:
        raise _explained(error, url, job, keys) from error


def _explained(error: Exception, url: str, job: str, keys: list[str]) -> TraderAIError:
    """Return what is wrong in one line: the client's own words hold the whole query."""
    from gql.transport.exceptions import TransportConnectionFailed, TransportServerError

    if isinstance(error.__cause__, TransportConnectionFailed | TransportServerError):
        return NoWebServer(
            f'no web server answers at {url}; start it with "make dev", or name it with --url'
        )
    if "Nonexistent partition keys" in str(error):
        return InvalidInput(
            f"{keys[0]} to {keys[-1]} are not all known at {url}; is the market kept (see "
            f'"traderai markets"), and does no month lie before {FIRST_MONTH:%Y-%m}?'
        )
    reason = " ".join(str(error.__cause__ or error).split())[:300]
    return TraderAIError(f"the web server at {url} refused job {job}: {reason}")
