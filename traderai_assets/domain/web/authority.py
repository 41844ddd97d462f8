"""Authorities: host and port as a URL, a Host header or a setting name them, in one spelling."""

import ipaddress
import re
from dataclasses import dataclass
from typing import Self

from traderai_assets.domain.errors import InvalidInput

PORTS = range(1, 65_536)
DEFAULT_PORTS = {"http": 80, "https": 443}
MAX_LENGTH = 300  # a DNS name has 253 characters
_FORM = re.compile(r"(\[[0-9a-f:.]+\]|[a-z0-9_](?:[a-z0-9_.-]*[a-z0-9_])?\.?)(?::([0-9]{1,5}))?")


@dataclass(frozen=True)
class Authority:
    """A host in lower case, an IPv6 address without brackets, and a port; None is the scheme's."""

    host: str
    port: int | None = None

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read `host`, `host:port`, `[address]` or `[address]:port`.

        A trailing dot and upper case are other spellings of one host; user names, paths, blanks
        and whatever else a host does not have are refused.

        Raises
        ------
        InvalidInput
            If it is none of these.
        """
        found = _FORM.fullmatch(text.lower()) if text.isascii() and len(text) < MAX_LENGTH else None
        if found is None:
            raise InvalidInput(f"{text[:MAX_LENGTH]!a} is not a host, nor host:port")
        host, port = found[1], None if found[2] is None else int(found[2])
        if port is not None and port not in PORTS:
            raise InvalidInput(f"{text!a} has port {port}; ports are {PORTS[0]} to {PORTS[-1]}")
        return cls(_address(host) if host[0] == "[" else host.removesuffix("."), port)

    def at(self, scheme: str) -> tuple[str, int | None]:
        """Return host and port, with the port that the scheme means where none is named."""
        return self.host, self.port or DEFAULT_PORTS.get(scheme)

    def __str__(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port is None else f"{host}:{self.port}"


def _address(bracketed: str) -> str:
    try:
        return str(ipaddress.IPv6Address(bracketed[1:-1]))
    except ValueError as error:
        raise InvalidInput(f"{bracketed!a} is not an IPv6 address") from error
