"""A home is its user's alone: when it is made, and when an older one is opened."""

import os
import stat

from traderai_assets.cli.context import dagster_home
from traderai_assets.cli.privacy import close_to_others

OTHERS = stat.S_IRWXG | stat.S_IRWXO


def open_to_others(folder):
    paths = [folder, *folder.rglob("*")]
    return [one for one in paths if not one.is_symlink() and one.stat().st_mode & OTHERS]


def test_a_home_that_is_made_is_closed_to_others(traderai, home):
    os.umask(0o022)
    code, _, err = traderai("markets")
    assert (code, err) == (0, "")
    assert list((home.home / "dagster").rglob("*.db"))
    assert open_to_others(home.home) == []


def test_an_older_home_is_closed_when_it_is_opened_and_that_is_said_once(
    traderai, home, repository
):
    dagster_home(home)
    (home.home / "studies").mkdir()
    (home.home / "studies" / "search.log").write_text("trials")
    for path in (home.home, *home.home.rglob("*")):
        if not path.is_symlink():
            path.chmod(0o755 if path.is_dir() else 0o644)
    before = (repository / "dagster.yaml").stat().st_mode
    _, _, err = traderai("markets")
    assert err == f"{home.home} could be read by others on this machine; it is yours alone now\n"
    assert open_to_others(home.home) == []
    assert (repository / "dagster.yaml").stat().st_mode == before  # the home holds a link to it
    assert traderai("markets").err == ""


def test_a_folder_that_is_more_than_a_home_is_left_as_it_is(tmp_path, monkeypatch, capsys):
    for shared in ("sticky", "mine", "project/src"):
        (tmp_path / shared).mkdir(parents=True)
    (tmp_path / "sticky").chmod(0o1777)
    monkeypatch.setenv("HOME", str(tmp_path / "mine"))
    monkeypatch.chdir(tmp_path / "project" / "src")
    for name in ("sticky", "mine", "project", "project/src", "absent"):
        close_to_others(tmp_path / name)
    assert capsys.readouterr().err == ""
    assert {tmp_path / name for name in ("sticky", "mine", "project")} <= set(
        open_to_others(tmp_path)
    )
