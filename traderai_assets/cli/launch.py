"""Launching runs through the web server, as the web UI does; the queue does the rest."""

from collections.abc import Iterable
from urllib.parse import urlsplit

from traderai_assets.domain.errors import InvalidInput, TraderAIError
from traderai_assets.partitions import FIRST_MONTH, partition_range_tags

DEFAULT_URL = "http://127.0.0.1:3000"


class NoWebServer(TraderAIError):
    """The web server that launches runs cannot be reached."""


def launch(url: str, job: str, partition_keys: Iterable[str]) -> str:
    """Queue one run of `job` over all partitions from the first key to the last; return its id."""
    from dagster_graphql import DagsterGraphQLClient, DagsterGraphQLClientError
    from requests.exceptions import RequestException

    keys = sorted(partition_keys)
    parts = urlsplit(url)
    if parts.hostname is None:
        raise InvalidInput(f"{url!r} is not the URL of a web server; expected {DEFAULT_URL}")
    try:
        client = DagsterGraphQLClient(
            parts.hostname, port_number=parts.port, use_https=parts.scheme == "https"
        )
        return client.submit_job_execution(job, tags=partition_range_tags(keys))
    except RequestException as error:
        raise NoWebServer(
            f'no web server answers at {url}; start it with "make dev", or name it with --url'
        ) from error
    except DagsterGraphQLClientError as error:
        if "Nonexistent partition keys" in str(error):
            raise InvalidInput(
                f"{keys[0]} to {keys[-1]} are not all known at {url}; is the market kept (see "
                f'"traderai markets"), and does no month lie before {FIRST_MONTH:%Y-%m}?'
            ) from error
        raise TraderAIError(f"the web server at {url} refused job {job}: {error}") from error
