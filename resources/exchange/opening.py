"""Opening a client as the settings of an exchange resource want it."""

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from resources.exchange.proxies import ignored_proxies
from resources.exchange.rate_limit import SharedRateLimit
from resources.exchange.retry import RetryPolicy
from traderai_assets.domain.errors import InvalidSettings

if TYPE_CHECKING:
    from resources.exchange.resource import ExchangeResource


def opened_client(of: "ExchangeResource", exchange_id: str, market_kind: str) -> Any:
    """Open a client; nothing is asked yet.

    Raises
    ------
    InvalidSettings
        If a real exchange would be asked to go on where a sandbox began.
    """
    if of.sandbox_only and of.url is None:
        raise InvalidSettings(
            f"what is stored here came from a sandbox, and {exchange_id} itself would be asked "
            'to go on; start with "traderai dev", which starts the sandbox again, or choose '
            "another home"
        )
    from resources.exchange.clients import open_client

    return open_client(
        exchange_id,
        market_kind=market_kind,
        url=of.url,
        proxy=of.proxy,
        shared_limit=SharedRateLimit(Path(of.state_folder), exchange_id),
        retry=RetryPolicy(
            of.attempts,
            of.deadline_seconds,
            of.first_wait_seconds,
            hint=ignored_proxies(os.environ, of.proxy),
        ),
        request_seconds=of.request_timeout_seconds,
        max_bytes=of.max_answer_bytes,
    )


def share_listing(client: Any, known: Any) -> None:
    """Let a client have the list of markets that another of the same kind has had."""
    if known is not None and known.markets:
        client.set_markets_from_exchange(known)
