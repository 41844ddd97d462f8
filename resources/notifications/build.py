"""The destinations that the settings name, each under a name of its own."""

from collections import Counter

from resources.notifications.apprise_destination import AppriseDestination
from resources.notifications.destination import Destination
from resources.notifications.webhook import SignedWebhook
from traderai_assets.domain.notifications.addresses import scheme_of, webhook_url
from traderai_assets.settings import Settings


def build_destinations(settings: Settings) -> list[Destination]:
    """Return them in the order of the settings; nothing is opened, and apprise not imported."""
    notify = settings.notify
    secret = notify.webhook_secret.get_secret_value() if notify.webhook_secret else ""
    urls = [one.get_secret_value() for one in notify.destinations]
    schemes = Counter(map(scheme_of, urls))
    seen: Counter[str] = Counter()
    found: list[Destination] = []
    for url in urls:
        scheme = scheme_of(url)
        seen[scheme] += 1
        name = scheme if schemes[scheme] == 1 else f"{scheme} {seen[scheme]}"
        signed = webhook_url(url)
        found.append(
            AppriseDestination(name, url) if signed is None else SignedWebhook(name, signed, secret)
        )
    return found
