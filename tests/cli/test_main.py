"""What goes wrong is said in one line, without a traceback, with exit code 1."""

import os
import signal
import socket
import subprocess
import sys

import pytest

from traderai_assets.cli import main as root


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        (["markets", "add", "BTC/USDT"], "market key 'BTC/USDT' is not EXCHANGE.SYMBOL.TIMEFRAME"),
        (["candles", "gaps", "binance:BTC/USDT"], "no candles of binance.BTC-USDT.1h are stored"),
        (["candles", "export", "binance:BTC/USDT", "--to", "btc.xls"], "expected .parquet or .csv"),
        (["sandbox", "--host", "0.0.0.0"], "loopback only, not on '0.0.0.0'"),  # noqa: S104
        (["sandbox", "--seed", "-1"], "seed -1 of the simulated market must be at least 0"),
        (["sandbox", "--candles", "docs"], "docs"),
    ],
)
def test_what_a_person_wrote_wrongly_is_named(traderai, arguments, named):
    code, out, err = traderai(*arguments)
    assert (code, out) == (1, "")
    assert err.startswith("traderai: ")
    assert named in err
    assert "Traceback" not in err


def test_a_setting_that_cannot_be_used_is_named(traderai, monkeypatch):
    monkeypatch.setenv("TRADERAI_TRAINING__FOLDS", "1000000")
    code, _, err = traderai("markets")
    assert (code, "training.folds" in err) == (1, True)


def test_a_folder_that_is_not_the_projects_is_named(traderai, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    code, _, err = traderai("status")
    assert code == 1
    assert err.startswith(f"traderai: no dagster.yaml in {tmp_path}; start traderai in the project")


def test_what_the_machine_refuses_is_said_like_any_other_error(traderai, tmp_path, monkeypatch):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("TRADERAI_HOME", str(tmp_path / "file" / "home"))
    code, _, err = traderai("markets")
    assert code == 1
    assert err.startswith(f"traderai: {tmp_path}/file/home/dagster: Not a directory; a file stands")


@pytest.mark.processes
def test_the_installed_script_ends_without_a_traceback(tmp_path):
    ended = subprocess.run(
        [sys.executable, "-m", "traderai_assets.cli", "markets", "add", "BTC"],
        capture_output=True,
        text=True,
        cwd=tmp_path,
        check=False,
    )
    assert (ended.returncode, ended.stdout) == (1, "")
    assert ended.stderr.startswith("traderai: market key 'BTC' is not")
    assert len(ended.stderr.splitlines()) == 1


def test_a_command_that_is_terminated_ends_as_one_that_is_interrupted(traderai, monkeypatch):
    monkeypatch.setattr(root.cli, "invoke", lambda _: os.kill(os.getpid(), signal.SIGTERM))
    code, _, err = traderai("markets")
    assert (code, err) == (1, "\nAborted!\n")


@pytest.fixture
def own_instance(home, monkeypatch, tmp_path, repository):  # noqa: ARG001  # which would unset it
    """An instance of deploy/ whose database does not answer."""
    (tmp_path / "dagster.yaml").symlink_to(repository / "deploy" / "dagster.yaml")
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    database = {"HOST": "127.0.0.1", "PORT": str(port)}
    for name, value in {**database, "USER": "me", "PASSWORD": "mine", "DATABASE": "its"}.items():
        monkeypatch.setenv(f"PG{name}", value)
    for name in ("DAGSTER_HOME", "DAGSTER_FILES"):
        monkeypatch.setenv(name, str(tmp_path))
    return port


@pytest.mark.torture  # 12 s: Dagster tries again for so long
def test_a_database_that_does_not_answer_is_named_with_what_to_look_at(traderai, own_instance):
    code, out, err = traderai("status")
    assert (code, out) == (1, "")
    assert err.startswith("traderai: the database of Dagster's instance does not answer: ")
    assert f"port {own_instance} failed: Connection refused; is it running, and do " in err
    assert len(err.splitlines()) == 1
    assert "mine" not in err


@pytest.mark.usefixtures("own_instance")
def test_an_instance_that_cannot_be_opened_is_said_so(traderai, monkeypatch):
    monkeypatch.delenv("PGHOST")
    code, _, err = traderai("status")
    assert code == 1
    assert err.startswith("traderai: Dagster's instance cannot be opened as dagster.yaml says: ")
    assert "PGHOST" in err
    assert len(err.splitlines()) == 1


def test_a_mistake_of_our_own_keeps_its_traceback(traderai, monkeypatch):
    def mistaken(_):
        raise ZeroDivisionError

    monkeypatch.setattr(root.cli, "invoke", mistaken)
    with pytest.raises(ZeroDivisionError):
        traderai("markets")
