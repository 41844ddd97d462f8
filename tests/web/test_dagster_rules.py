"""What holds for Dagster's web server alone, and its settings."""

import pytest

from traderai_assets.domain.errors import InvalidSettings
from traderai_assets.domain.web.access import RequestHead, refusal
from traderai_assets.settings import load_settings
from traderai_assets.web.dagster_rules import changes_something, dagster_policy, is_page


@pytest.mark.parametrize("host", ["*", "http://traderai.example", "a b", "x:70000", "me@x"])
def test_a_name_that_is_no_host_is_refused_when_settings_load(tmp_path, host):
    file = tmp_path / "traderai.toml"
    file.write_text(f'[web]\nallowed_hosts = ["{host}"]')
    with pytest.raises(InvalidSettings, match=r"web\.allowed_hosts"):
        load_settings(file)


def test_names_come_from_the_environment_too(monkeypatch, tmp_path):
    monkeypatch.setenv("TRADERAI_WEB__ALLOWED_HOSTS", '["traderai.example"]')
    monkeypatch.setenv("TRADERAI_WEB__READ_ONLY", "true")
    web = load_settings(tmp_path / "absent.toml").web
    assert (web.allowed_hosts, web.read_only) == (("traderai.example",), True)
    head = RequestHead("GET", "/", headers=(("host", "traderai.example"),))
    assert refusal(head, dagster_policy(3000, web)) is None


@pytest.mark.parametrize("port", [0, -1, 65536])
def test_a_port_that_is_none_is_refused(port):
    with pytest.raises(InvalidSettings, match=f"port {port} is none"):
        dagster_policy(port, load_settings().web)


@pytest.mark.parametrize(
    ("path", "page"),
    [
        ("/", True),
        ("/runs/0a1b", True),
        ("/assets/candles", True),
        ("/graphql", False),
        ("//GraphQL/", False),
        ("/logs/a/b.err", False),
        ("/download_debug/x", False),
        ("/report_asset_check/x", False),
    ],
)
def test_a_link_of_another_site_may_lead_to_a_page_and_to_nothing_else(path, page):
    assert is_page(path) is page


@pytest.mark.parametrize(
    ("body", "changes"),
    [
        (b'{"query": "{ version }"}', False),
        (b'{"query": "query Mutation { mutation: version }"}', False),
        (b'{"query": "mutation { x }"}', True),
        (b'{"query": "#\\n mutation M { x } query Q { version }", "operationName": "Q"}', True),
        (b'{"query": "{ version }", "query": "mutation { x }"}', True),
        ('{"query": "mutation { x }"}'.encode("utf-16"), True),
        (b'{"query": ["mutation { x }"]}', False),  # Dagster cannot parse it, nor do we
        (b'{"query": "mutation {"}', False),
        (b"[1]", False),
        (b"mutation { x }", False),
        (b"[" * 100_000, False),
        (b"\xff\xfe\xfa", False),
    ],
)
def test_a_mutation_is_known_for_what_it_is(body, changes):
    assert changes_something(body) is changes
