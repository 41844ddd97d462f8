"""What goes wrong is said in one line, without a traceback, with exit code 1."""

import os
import signal
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
    assert err == f"traderai: [Errno 20] Not a directory: '{tmp_path}/file/home/dagster'\n"


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
