"""The desk of a command: settings, lake, studies and instance, with who asks and why."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from traderai_assets.cli.account import account_name
from traderai_assets.cli.context import open_instance, open_lake, open_settings

if TYPE_CHECKING:
    from traderai_assets.registry.desk import Desk


@contextmanager
def desk_of(reason: str) -> Iterator["Desk"]:
    """Open what a change by hand works with."""
    from resources.studies.resource import StudiesResource
    from traderai_assets.registry.desk import Desk

    settings = open_settings()
    with open_instance(settings) as instance:
        yield Desk(
            settings,
            open_lake(settings),
            StudiesResource(uri=settings.studies_uri),
            instance,
            reason,
            account_name(),
        )
