"""Addresses of destinations: which are ours and which apprise's, and which hold no secret."""

import re
from urllib.parse import urlsplit

from traderai_assets.domain.errors import InvalidSettings
from traderai_assets.domain.urls import checked_url

SIGNED = ("webhook+https", "webhook+http")
"""Schemes of our own: a webhook that signs what it posts."""
# Of apprise's, those whose address alone opens nothing
_OPEN = frozenset({"json", "jsons", "xml", "xmls", "form", "forms", *SIGNED})
_SCHEME = re.compile(r"[a-z][a-z0-9+.-]*")
_EXPECTED = (
    "expected webhook+https://HOST/PATH, or one of apprise's such as tgram://TOKEN/CHAT, "
    "discord://ID/TOKEN or mailtos://USER:PASSWORD@HOST"
)


def scheme_of(url: str) -> str:
    """Return what stands before ://; all that is ever shown of a destination."""
    return url.partition("://")[0].lower()


def webhook_url(url: str) -> str | None:
    """Return the http(s) URL of a webhook that is signed; None of what is apprise's."""
    scheme = scheme_of(url)
    return url.partition("+")[2] if scheme in SIGNED else None


def checked_destination(url: str) -> str:
    """Return `url` if it can be a destination.

    Raises
    ------
    InvalidSettings
        Saying what is wrong, and nothing of it but its scheme.
    """
    scheme = scheme_of(url)
    if "://" not in url or not _SCHEME.fullmatch(scheme) or not url.isprintable() or " " in url:
        raise InvalidSettings(f"a destination is no URL; {_EXPECTED}")
    signed = webhook_url(url)
    if signed is not None:
        checked_url(signed)
    return url


def may_stand_in_a_file(url: str) -> bool:
    """Whether nothing in a destination's URL is a secret."""
    parts = urlsplit(url)
    return scheme_of(url) in _OPEN and "@" not in parts.netloc and not parts.query
