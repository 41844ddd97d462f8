"""What the board answers: reading, by its own names; it has nothing that could be changed."""

from traderai_assets.domain.web.access import READING, AccessPolicy, served_hosts
from traderai_assets.settings_services import WebSettings

# What pages are made of, or programs ask for; everything else is a page
NO_PAGES = ("/events", "/server_info", "/static/")
WAY_OUT = (
    "If it is a name of your own, write it into traderai.toml and start the board again: "
    '[web] allowed_hosts = ["{host}"]'
)


def board_policy(port: int, settings: WebSettings) -> AccessPolicy:
    """Return what the board on `port` answers.

    Raises
    ------
    InvalidSettings
        If the port is none.
    """
    return AccessPolicy(
        hosts=served_hosts(port, settings.allowed_hosts),
        methods=READING,
        is_page=is_page,
        way_out=WAY_OUT,
    )


def is_page(path: str) -> bool:
    """Whether a link of another site, such as Dagster's web UI, may lead here."""
    return not path.startswith(NO_PAGES)
