"""Resources as the settings want them."""

from typing import Any

from resources.exchange.resource import ExchangeResource
from resources.lake.resource import LakeResource
from resources.lake.sandbox_mark import is_marked
from resources.studies.resource import StudiesResource
from traderai_assets.settings import Settings


def build_resources(settings: Settings) -> dict[str, Any]:
    """Return every resource by the name under which assets ask for it."""
    sandboxed = settings.sandbox_file.exists()
    # A sandbox of ours is on this machine: no proxy leads to it
    proxy = None if sandboxed else settings.exchange.proxy
    return {
        "settings": settings,
        "lake": LakeResource(root=settings.lake_root, versions=settings.lake_versions),
        "studies": StudiesResource(uri=settings.studies_uri),
        "exchange": ExchangeResource(
            url=settings.exchange_url,
            proxy=proxy.get_secret_value() if proxy is not None else None,
            state_folder=str(settings.home.resolve() / "exchange"),
            attempts=settings.exchange.attempts,
            deadline_seconds=settings.exchange.deadline_seconds,
            request_timeout_seconds=settings.exchange.request_timeout_seconds,
            tail_bars=settings.exchange.tail_bars,
            sandbox_only=sandboxed or is_marked(settings.lake_root),
        ),
    }
