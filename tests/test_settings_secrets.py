"""Secrets and settings: refused where they would be shown, and never repeated."""

import pytest

from resources.build import build_resources
from traderai_assets.domain.errors import InvalidSettings
from traderai_assets.settings import load_settings

SECRET = "hunter2"  # noqa: S105 - what must not be repeated
PROXY = f"socks5h://me:{SECRET}@127.0.0.1:1080"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("TRADERAI_EXCHANGE_URL", f"http://user:{SECRET}@127.0.0.1:8100"),
        ("TRADERAI_EXCHANGE_URL", f"https://127.0.0.1/?key={SECRET}"),
        ("TRADERAI_LAKE", f"s3://key:{SECRET}@bucket/lake"),
        ("TRADERAI_STUDIES", f"postgresql://me:{SECRET}@host/db"),
        ("TRADERAI_EXCHANGE__PROXY", f"ftp://me:{SECRET}@host"),
    ],
)
def test_a_secret_where_it_would_be_shown_is_refused_and_not_repeated(
    tmp_path, monkeypatch, name, value
):
    monkeypatch.setenv(name, value)
    with pytest.raises(InvalidSettings) as raised:
        load_settings(tmp_path / "none.toml")
    assert name.removeprefix("TRADERAI_").lower().replace("__", ".") in str(raised.value).lower()
    assert SECRET not in repr(raised.value)
    assert raised.value.__cause__ is None


@pytest.mark.parametrize(
    "text",
    [
        f'password = "{SECRET}"',
        f'[exchange]\nproxy = "{PROXY}"',
        f'[exchange]\napi_secret = "{SECRET}"',
        f'exchange_url = "http://me:{SECRET}@host"',
    ],
)
def test_a_secret_in_the_file_is_refused_and_not_repeated(tmp_path, text):
    file = tmp_path / "traderai.toml"
    file.write_text(text)
    with pytest.raises(InvalidSettings) as raised:
        load_settings(file)
    assert SECRET not in str(raised.value)


def test_a_proxys_login_comes_from_the_environment_and_is_shown_nowhere(tmp_path, monkeypatch):
    monkeypatch.setenv("TRADERAI_EXCHANGE__PROXY", PROXY)
    settings = load_settings(tmp_path / "none.toml", home=tmp_path)
    assert SECRET not in f"{settings!r} {settings} {settings.model_dump()}"
    assert build_resources(settings)["exchange"].proxy == PROXY
    # A sandbox of ours is on this machine, where no proxy leads
    settings.sandbox_file.write_text("{}")
    assert build_resources(settings)["exchange"].proxy is None


def test_a_proxy_without_a_login_may_stand_in_the_file(tmp_path, monkeypatch):
    # Not the checkout's own, which after a demo is a sandbox's: that has no proxy
    monkeypatch.setenv("TRADERAI_HOME", str(tmp_path / "home"))
    file = tmp_path / "traderai.toml"
    file.write_text('[exchange]\nproxy = "http://proxy.example:3128"')
    assert build_resources(load_settings(file))["exchange"].proxy == "http://proxy.example:3128"
    assert build_resources(load_settings(tmp_path / "none.toml"))["exchange"].proxy is None
