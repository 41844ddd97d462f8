"""Requests to web servers from the command line: who is named answers, and nobody in its place.

Python's own opener follows a redirect to any host, and asks this machine's own servers through
whatever proxy the environment names, where they cannot be reached.
"""

import ipaddress
import urllib.request
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """Takes a redirect for the error it is here: our servers send none."""

    def redirect_request(self, *_: Any, **__: Any) -> None:
        """Name no other place to ask."""


class _ProxyForOthers(urllib.request.ProxyHandler):
    """The environment's proxy, for all but this machine."""

    def proxy_open(
        self,
        req: urllib.request.Request,
        proxy: str,
        type: str,  # noqa: A002 - urllib's name
    ) -> Any:
        """Ask this machine directly."""
        if is_this_machine(urlsplit(req.full_url).hostname):
            return None
        return super().proxy_open(req, proxy, type)


def install_opener() -> None:
    """Let every `urlopen` of this process follow no redirect, and reach this machine directly."""
    urllib.request.install_opener(urllib.request.build_opener(_NoRedirect, _ProxyForOthers))


def request_options(url: str) -> Mapping[str, Any]:
    """Return the options by which `requests` asks `url` in the same way."""
    direct = {"no_proxy": "*"} if is_this_machine(urlsplit(url).hostname) else {}
    return {"allow_redirects": False, "proxies": direct}


def is_this_machine(host: str | None) -> bool:
    """Whether a host's name is a loopback address or `localhost`."""
    try:
        return host == "localhost" or ipaddress.ip_address(host or "").is_loopback
    except ValueError:
        return False
