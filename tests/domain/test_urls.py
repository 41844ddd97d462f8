"""URLs of settings: no secret passes into what is logged, and what is refused is not repeated."""

import pytest

from traderai_assets.domain.errors import InvalidSettings
from traderai_assets.domain.urls import (
    checked_location,
    checked_proxy,
    checked_url,
    without_login,
)

SECRET = "hunter2"  # noqa: S105 - what must not be repeated


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:8100", "https://api.example/venue/", "HTTP://[::1]:80"]
)
def test_a_host_with_a_path_is_a_url(url):
    assert checked_url(url) == url


@pytest.mark.parametrize(
    "url",
    [
        f"http://user:{SECRET}@host",
        f"http://{SECRET}@host",
        f"http://:{SECRET}@host/path",
        f"https://host/?key={SECRET}",
        f"https://host/#{SECRET}",
        f"https://host\\@{SECRET}",
        f"https://host/ {SECRET}",
        f"https://host\n{SECRET}",
        f"ftp://{SECRET}",
        f"http://host:{SECRET}",
        f"http://[{SECRET}",
        f"http:///{SECRET}",
        SECRET,
    ],
)
def test_what_holds_a_secret_or_is_misread_is_refused_and_not_repeated(url):
    with pytest.raises(InvalidSettings) as raised:
        checked_url(url)
    assert SECRET not in str(raised.value)
    assert len(str(raised.value)) > len("it is not")


@pytest.mark.parametrize("scheme", ["http", "https", "socks5", "socks5h", "socks4"])
def test_a_proxy_may_want_a_login(scheme):
    assert checked_proxy(f"{scheme}://me:{SECRET}@host:1080/")


@pytest.mark.parametrize(
    "proxy",
    [f"ftp://me:{SECRET}@host", f"http://me:{SECRET}@host/path", f"socks5://h:1?{SECRET}", SECRET],
)
def test_what_is_no_proxy_is_refused_and_not_repeated(proxy):
    with pytest.raises(InvalidSettings, match="socks5h") as raised:
        checked_proxy(proxy)
    assert SECRET not in str(raised.value)


@pytest.mark.parametrize(
    "place",
    [
        "",
        "data/lake",
        "s3://bucket/lake",
        "abfss://container@account.dfs.core.windows.net/lake",
        "postgresql://me@host/db?sslmode=require",
    ],
)
def test_a_place_without_a_secret_passes(place):
    assert checked_location(place) == place


@pytest.mark.parametrize(
    "place",
    [
        f"s3://key:{SECRET}@bucket/lake",
        f"postgresql://me:{SECRET}@host/db",
        f"postgresql://me@host/db?sslpassword={SECRET}",
        f"az://container/lake?sv=1&sig={SECRET}",
        f"postgresql://[{SECRET}",
    ],
)
def test_a_place_with_one_is_refused_and_not_repeated(place):
    with pytest.raises(InvalidSettings) as raised:
        checked_location(place)
    assert SECRET not in str(raised.value)


def test_a_url_is_shown_without_its_login():
    assert without_login(f"http://me:{SECRET}@host:80/x") == "http://host:80/x"
    assert SECRET not in without_login(f"http://me:{SECRET}@[host")
