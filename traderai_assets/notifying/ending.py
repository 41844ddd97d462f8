"""The end of the platform on this machine: told by who started it, since nobody else is left."""

from datetime import datetime

from resources.notifications.build import build_destinations
from resources.notifications.destination import NotDelivered
from traderai_assets.domain.notifications.facts import Fact, message_of
from traderai_assets.domain.notifications.kinds import DAEMON_DEAD
from traderai_assets.settings import Settings


def tell_of_end(settings: Settings, reason: str, now: datetime) -> list[str]:
    """Send one message that all has stopped; return who did not take it. It is not tried again."""
    if DAEMON_DEAD.name not in settings.notify.kinds:
        return []
    fact = Fact(
        f"ended:{now.isoformat()}",
        DAEMON_DEAD.name,
        "all has stopped",
        reason,
        '"traderai dev" goes on from here',
        now,
    )
    lost = []
    for destination in build_destinations(settings):
        try:
            destination.send(message_of([fact]))
        except NotDelivered as error:
            lost.append(str(error))
    return lost
