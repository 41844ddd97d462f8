"""The command line as its installed script runs it, on a home of its own."""

import signal
import sys
from collections.abc import Callable, Iterator
from typing import NamedTuple

import pytest

from traderai_assets.cli.house import open_instance
from traderai_assets.cli.main import main
from traderai_assets.settings import Settings, load_settings


class Outcome(NamedTuple):
    """How a command ended, and what it said."""

    code: int
    out: str
    err: str


@pytest.fixture
def home(tmp_path, repository, monkeypatch) -> Settings:
    """Stand in the project's folder, with nothing stored yet."""
    monkeypatch.chdir(repository)
    monkeypatch.delenv("DAGSTER_HOME", raising=False)
    monkeypatch.setenv("TRADERAI_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("TRADERAI_TIMEFRAME", "1h")
    return load_settings()


@pytest.fixture
def traderai(home, monkeypatch, capsys) -> Iterator[Callable[..., Outcome]]:  # noqa: ARG001
    """Run `traderai ARGUMENTS` in this process."""
    terminated = signal.getsignal(signal.SIGTERM)

    def run(*arguments: str) -> Outcome:
        monkeypatch.setattr(sys, "argv", ["traderai", *arguments])
        with pytest.raises(SystemExit) as ended:
            main()
        said = capsys.readouterr()
        return Outcome(ended.value.code or 0, said.out, said.err)

    yield run
    signal.signal(signal.SIGTERM, terminated)


@pytest.fixture
def instance(home):
    with open_instance(home) as opened:
        yield opened
