"""`traderai doctor`: each thing that may be wrong is told with its cure."""

import json
import platform
from datetime import UTC, datetime
from pathlib import Path

import pytest

from traderai_assets.domain.notifications.memory import Memory
from traderai_assets.domain.notifications.outbox import Outbox
from traderai_assets.instance.notification_notes import OF_SENSOR, keep_memory
from traderai_assets.sandbox.clock import Clock
from traderai_assets.sandbox.server import SandboxServer
from traderai_assets.sandbox.simulation import SimulatedFeed
from traderai_assets.status import doctor


@pytest.fixture
def exchange(monkeypatch):
    with SandboxServer(SimulatedFeed(), clock=Clock(datetime.now(UTC))) as sandbox:
        monkeypatch.setenv("TRADERAI_EXCHANGE_URL", sandbox.url)
        yield sandbox


@pytest.fixture
def examined(traderai):
    def look():
        code, out, _ = traderai("doctor", "--json")
        return code, {row["thing"]: (row["state"], row["cure"]) for row in json.loads(out)}

    return look


@pytest.mark.usefixtures("exchange", "instance")
def test_a_new_home_lacks_a_daemon_and_nothing_else(examined):
    code, found = examined()
    assert code == 0
    assert {thing: state for thing, (state, _) in found.items()} == {
        "versions": "ok",
        "home": "ok",
        "disk": "ok",
        "instance": "ok",
        "daemon": "warning",
        "lake": "ok",
        "exchange binance": "ok",
        "proxy": "ok",
        "notifications": "ok",
    }
    assert found["daemon"][1] == '"traderai dev", or deploy/'


@pytest.mark.usefixtures("instance")
def test_an_exchange_that_does_not_answer_is_broken_and_the_rest_is_looked_at(
    examined, monkeypatch
):
    monkeypatch.setenv("TRADERAI_EXCHANGE_URL", "http://127.0.0.1:9")
    code, found = examined()
    assert code == 1
    assert found["exchange binance"][0] == "broken"
    assert found["proxy"][0] == "ok"


@pytest.mark.usefixtures("exchange", "instance")
def test_a_table_that_is_lost_is_named(examined, home):
    versions = Path(home.lake_versions)
    versions.mkdir(parents=True, exist_ok=True)
    (versions / "candles.json").write_text(json.dumps({"version": 3, "table_id": "x", "uri": "y"}))
    code, found = examined()
    assert code == 1
    assert found["lake, candles"] == ("broken", '"traderai lake check" tells more')
    assert "lake" not in found


@pytest.mark.usefixtures("exchange", "instance")
def test_little_disk_and_a_proxy_that_nobody_uses_are_warnings(examined, monkeypatch):
    monkeypatch.setattr(doctor, "_LEAST_FREE", 1e18)
    monkeypatch.setenv("HTTPS_PROXY", "http://somewhere:1")
    code, found = examined()
    assert code == 0
    assert (found["disk"][0], found["proxy"][0]) == ("warning", "warning")


def test_a_package_of_another_version_is_named(monkeypatch):
    asked = {"traderai": ["dagster==1.0", "torch>=2; extra == 'gp'"]}
    monkeypatch.setattr(doctor, "requires", asked.get)
    [found] = doctor._versions()
    assert (found.state, found.found.startswith("dagster is ")) == ("broken", True)
    assert found.found.endswith(", expected ==1.0")


def test_who_only_looks_writes_nothing_and_asks_no_exchange(home, monkeypatch):
    monkeypatch.setattr(doctor, "_exchanges", lambda *_: pytest.fail("an exchange was asked"))

    def no_instance():
        raise OSError("none")

    def look():
        rows = doctor.examine(home, no_instance, {}, only_look=True)
        return {row["thing"]: row["state"] for row in rows}

    assert (look()["home"], home.home.exists()) == ("warning", False)
    home.home.mkdir(parents=True)
    before = home.home.stat().st_mtime_ns
    assert look() == {
        **dict.fromkeys(("versions", "home", "disk", "lake", "proxy", "notifications"), "ok"),
        "instance": "broken",
    }
    assert home.home.stat().st_mtime_ns == before


def test_another_python_than_the_one_it_is_made_for_is_named(monkeypatch):
    monkeypatch.setattr(platform, "python_version", lambda: "3.9.1")
    found = next(doctor._versions())
    assert (found.state, "Python is 3.9.1, expected <3.12,>=3.11" in found.found) == (
        "broken",
        True,
    )


@pytest.mark.usefixtures("exchange")
def test_a_destination_that_took_nothing_is_told_with_its_error_and_without_its_address(
    examined, instance, monkeypatch
):
    told = ["json://127.0.0.1:9/hunter2", "xml://127.0.0.1:9"]
    monkeypatch.setenv("TRADERAI_NOTIFY__DESTINATIONS", json.dumps(told))
    now = datetime.now(UTC)
    outbox = Outbox().failed("json", "json answered with 500", now)
    keep_memory(instance, OF_SENSOR, Memory(now, now, outbox=outbox))
    code, found = examined()
    assert code == 0
    assert found["notifications, json"][0] == "warning"
    assert '"traderai notify test"' in found["notifications, json"][1]
    assert found["notifications, xml"] == ("ok", "")
