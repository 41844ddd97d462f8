"""URLs of settings: what may stand in one. What is refused is not repeated: it may be a secret."""

from urllib.parse import SplitResult, parse_qs, urlsplit

from traderai_assets.domain.errors import InvalidSettings
from traderai_assets.domain.plain_text import plain_line

PROXY_SCHEMES = ("http", "https", "socks5", "socks5h", "socks4", "socks4a")
_SECRET_PARAMETERS = frozenset({"password", "sslpassword", "passwd", "sig", "secret", "token"})
# What no URL holds unescaped, and what readers of URLs disagree about
_MISREAD = frozenset('\\"<>^`{|}')


def checked_url(text: str) -> str:
    """Return `text` if it is http(s)://HOST[:PORT][/PATH], without user, query and fragment.

    Raises
    ------
    InvalidSettings
        Saying what is wrong with it, and no more of it than its host.
    """
    parts = _parts(text, ("http", "https"), "http://HOST or https://HOST")
    if "@" in parts.netloc:
        raise InvalidSettings(
            f"there is a user name or a password before host {parts.hostname}; it would stand in "
            "logs, and public candles need none: leave it out"
        )
    if "?" in text or "#" in text:
        raise InvalidSettings(
            f"there is a query or a fragment after host {parts.hostname}, which would stand in "
            "logs; expected http(s)://HOST[:PORT][/PATH]"
        )
    return text


def checked_proxy(text: str) -> str:
    """Return `text` if it is SCHEME://[USER:PASSWORD@]HOST[:PORT] with a scheme of PROXY_SCHEMES.

    Raises
    ------
    InvalidSettings
        Saying what is wrong with it, and no more of it than its host.
    """
    expected = f"SCHEME://HOST:PORT with {', '.join(PROXY_SCHEMES)} for SCHEME"
    parts = _parts(text, PROXY_SCHEMES, expected)
    if parts.path.strip("/") or "?" in text or "#" in text:
        raise InvalidSettings(f"there is more after host {parts.hostname}; expected {expected}")
    return text


def has_login(url: str) -> bool:
    """Whether a user name or a password stands in a URL."""
    return "@" in urlsplit(url).netloc


def without_login(url: str) -> str:
    """Return a URL as it may be shown, also one that is none."""
    try:
        parts = urlsplit(url)
        shown = parts._replace(netloc=parts.netloc.rpartition("@")[2]).geturl()
    except ValueError:
        shown = url.rpartition("@")[2]
    return plain_line(shown)


def checked_location(text: str) -> str:
    """Return `text` if it is a path, or a URI of a store or a database without a secret in it.

    A user before the host is no secret: it is a database's user, or a container of a store.

    Raises
    ------
    InvalidSettings
        Naming the host.
    """
    if has_secret(text):
        raise InvalidSettings(
            f"host {urlsplit(text).hostname} comes with a password or a key; leave it out and set "
            "it in the environment: PGPASSWORD or PGPASSFILE for a database, the variables of the "
            "object store for a lake"
        )
    return text


def has_secret(place: str) -> bool:
    """Whether a place is a URI that holds a password or a key.

    Raises
    ------
    InvalidSettings
        If it begins like a URI and cannot be read as one.
    """
    if "://" not in place:
        return False
    try:
        parts = urlsplit(place)
        named = {name.lower() for name in parse_qs(parts.query, keep_blank_values=True)}
        return parts.password is not None or bool(named & _SECRET_PARAMETERS)
    except ValueError as error:
        raise InvalidSettings("it begins like a URI and cannot be read as one") from error


def _parts(text: str, schemes: tuple[str, ...], expected: str) -> SplitResult:
    if not text.isascii() or not text.isprintable() or " " in text or _MISREAD & set(text):
        raise InvalidSettings(f"it has characters that no URL has; expected {expected}")
    try:
        parts = urlsplit(text)
        known = parts.scheme in schemes and bool(parts.hostname) and parts.port != 0
    except ValueError:  # A port beyond 65535, a bracket left open
        known = False
    if not known:
        raise InvalidSettings(f"it is not {expected}")
    return parts
