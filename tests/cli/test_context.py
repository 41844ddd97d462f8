"""The instance and the home a command works on: this one and no other."""

import os
from pathlib import Path

import pytest

from traderai_assets.cli.context import INSTANCE_FILE, dagster_home

INSTANCE_COMMANDS = [
    ["markets"],
    ["markets", "add", "binance:SOL/USDT"],
    ["status"],
    ["runs", "list"],
    ["runs", "clean"],
    ["runs", "cancel", "--all-queued"],
    ["dev"],
    ["demo"],
]


def everything(folder):
    return {path: path.is_file() and path.read_bytes() for path in folder.rglob("*")}


@pytest.fixture
def others(tmp_path, monkeypatch, home):  # noqa: ARG001  # which unsets DAGSTER_HOME
    """Another project's instance, in the shell's environment."""
    folder = tmp_path / "others"
    folder.mkdir()
    (folder / INSTANCE_FILE).write_text("telemetry: {enabled: false}")
    monkeypatch.setenv("DAGSTER_HOME", str(folder))
    return folder


@pytest.mark.parametrize("command", INSTANCE_COMMANDS)
def test_no_command_opens_an_instance_that_is_not_ours(traderai, others, command):
    before = everything(others)
    code, out, err = traderai(*command)
    assert (code, out) == (1, "")
    assert err.startswith(f"traderai: {others}/dagster.yaml makes no instance of TraderAI: ")
    assert "expected traderai_assets.instance.run_coordinator.ClassifyingRunCoordinator" in err
    assert f"DAGSTER_HOME='{others}' names it: unset DAGSTER_HOME" in err
    assert len(err.splitlines()) == 1
    assert everything(others) == before


@pytest.mark.parametrize(
    ("named", "said"),
    [
        ("somewhere/relative", "is not an absolute path"),
        (".", "is not an absolute path"),
        ("~/instance", "is not an absolute path"),
        ("{tmp}/nowhere", "is no folder"),
        ("{tmp}/file", "is no folder"),
        ("{tmp}", "there is no {tmp}/dagster.yaml"),
    ],
)
def test_a_home_of_dagster_that_cannot_be_used_names_the_variable(
    traderai, tmp_path, monkeypatch, named, said
):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("DAGSTER_HOME", named.format(tmp=tmp_path))
    code, _, err = traderai("markets")
    assert code == 1
    assert said.format(tmp=tmp_path) in err
    assert "unset DAGSTER_HOME" in err
    assert f"DAGSTER_HOME='{named.format(tmp=tmp_path)}'" in err
    assert len(err.splitlines()) == 1


def test_the_instance_of_another_home_is_not_mixed_with_this_ones_lake(
    traderai, tmp_path, monkeypatch, repository
):
    other = tmp_path / "other"
    (other / "lake").mkdir(parents=True)
    (other / "dagster").mkdir()
    (other / "dagster" / INSTANCE_FILE).symlink_to(repository / INSTANCE_FILE)
    monkeypatch.setenv("DAGSTER_HOME", str(other / "dagster"))
    code, _, err = traderai("markets")
    assert code == 1
    assert f"is the instance of another home, {other}; this one is {tmp_path / 'home'}" in err
    assert f"set TRADERAI_HOME={other}, too" in err


def test_the_homes_own_instance_may_be_named_as_our_processes_do(home, monkeypatch):
    own = dagster_home(home)
    monkeypatch.setenv("DAGSTER_HOME", str(own))
    assert dagster_home(home) == own


def test_a_folder_inside_the_project_is_told_where_to_go(traderai, monkeypatch, repository):
    monkeypatch.chdir(repository / "docs")
    monkeypatch.delenv("TRADERAI_HOME")
    for command in (["markets"], ["candles", "gaps", "binance:BTC/USDT"]):
        code, _, err = traderai(*command)
        assert code == 1
        assert f"no traderai.toml in {repository}/docs" in err
        assert f"type cd {repository} and start traderai there" in err
    assert not Path(".traderai").exists()


def test_a_file_of_somebodys_own_in_place_of_the_link_is_not_removed(traderai, home):
    folder = home.home / "dagster"
    folder.mkdir(parents=True)
    (folder / INSTANCE_FILE).write_text("mine")
    code, _, err = traderai("markets")
    assert (code, "is a file of its own" in err) == (1, True)
    assert (folder / INSTANCE_FILE).read_text() == "mine"


def test_a_folder_with_another_projects_instance_file_is_not_used(traderai, monkeypatch, tmp_path):
    (tmp_path / INSTANCE_FILE).write_text("telemetry: {enabled: false}")
    monkeypatch.chdir(tmp_path)
    code, _, err = traderai("markets")
    assert code == 1
    assert f"{tmp_path}/dagster.yaml makes no instance of TraderAI" in err
    assert "start traderai in the project's folder" in err
    assert not os.path.lexists(tmp_path / "home")
