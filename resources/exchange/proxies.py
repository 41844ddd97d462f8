"""Proxies that the environment names and nothing uses: one sentence, so that nobody looks for long.

A venue's address and what lies on the way to it are settings; that HTTPS_PROXY in some shell should
change who is asked for prices is not wanted, and not being told of it is worse.
"""

from collections.abc import Mapping

_NAMES = ("HTTPS_PROXY", "HTTP_PROXY", "ALL_PROXY")


def ignored_proxies(environment: Mapping[str, str], proxy: str | None) -> str:
    """Return a sentence on the proxies of the environment; empty where it names none.

    Parameters
    ----------
    environment : mapping
        Names and values of variables; no value is repeated, as it may hold a password.
    proxy : str, optional
        What is used.
    """
    variables = {name.upper() for name, value in environment.items() if value}
    named = " and ".join(name for name in _NAMES if name in variables)
    if not named or proxy is not None:
        return ""
    return (
        f"{named} of the environment {'are' if ' and ' in named else 'is'} not used; if venues are "
        "reached through a proxy only, set proxy in [exchange] of traderai.toml, or "
        "TRADERAI_EXCHANGE__PROXY"
    )
