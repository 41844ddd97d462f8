"""A plan is checked again where anything that decides it has changed, and a refusal never kept."""

from datetime import UTC, datetime, timedelta

import pytest

from traderai_assets import plan
from traderai_assets.cli import plan_memory
from traderai_assets.cli.plan_memory import MOST_REMEMBERED, check_plan_once
from traderai_assets.domain.errors import InvalidSettings
from traderai_assets.settings import load_settings

NOW = datetime(2026, 3, 20, tzinfo=UTC)


@pytest.fixture
def checked(monkeypatch):
    """How often a plan was checked."""
    asked = []
    check = plan.check_plan
    monkeypatch.setattr(plan, "check_plan", lambda *given: (asked.append(1), check(*given)))
    return asked


@pytest.fixture
def load(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))

    def load(now=NOW, **changes):
        told = {"home": tmp_path / "home", **changes}
        return load_settings(tmp_path / "none.toml", now=now, check=check_plan_once, **told)

    return load


def test_the_same_settings_are_checked_once_a_day(load, checked):
    load()
    load()
    assert len(checked) == 1
    load(NOW + timedelta(days=1))
    assert len(checked) == 2


def test_other_settings_are_checked_and_those_of_before_are_known(load, checked):
    for days in (300, 400, 300):
        load(history_days=days)
    assert len(checked) == 2


def test_a_refusal_is_never_remembered(load, checked):
    for _ in range(2):
        with pytest.raises(InvalidSettings, match="history_days = 3"):
            load(history_days=3)
    assert len(checked) == 2


def test_other_code_is_another_answer(load, checked, monkeypatch, tmp_path):
    load()
    own = tmp_path / "own" / "traderai_features"
    own.mkdir(parents=True)
    (own / "mine.py").write_text("x = 1\n")
    monkeypatch.syspath_prepend(str(tmp_path / "own"))
    load()
    assert len(checked) == 2
    (own / "mine.py").write_text("x = 10\n")
    load()
    assert len(checked) == 3


def test_nothing_is_written_into_the_home_and_few_are_remembered(load, checked, tmp_path):
    for days in range(300, 300 + MOST_REMEMBERED + 2):
        load(history_days=days)
    assert not (tmp_path / "home").exists()
    assert len((tmp_path / "cache/traderai/possible-plans").read_text().split()) == MOST_REMEMBERED
    load(history_days=300)
    assert len(checked) == MOST_REMEMBERED + 3  # The oldest were forgotten


def test_a_cache_that_cannot_be_written_costs_nothing_but_time(load, checked, tmp_path):
    (tmp_path / "cache").write_text("a file")
    load()
    load()
    assert len(checked) == 2


def test_no_secret_stands_in_the_file(load, monkeypatch, tmp_path):
    monkeypatch.setenv("TRADERAI_EXCHANGE__PROXY", "http://me:hunter2@127.0.0.1:1")
    load()
    assert len((tmp_path / "cache/traderai/possible-plans").read_text()) == 64
    assert "hunter2" not in "".join(plan_memory._code())
