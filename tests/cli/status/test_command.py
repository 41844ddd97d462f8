"""Asking once and watching: drawn over on a terminal, in blocks or lines elsewhere."""

import json
import os
import pty
import signal
import subprocess
import sys

import pytest

from traderai_assets.cli.status import command
from traderai_assets.settings import load_settings

STATUS = [sys.executable, "-m", "traderai_assets.cli", "status", "--watch"]


@pytest.fixture
def looks(monkeypatch):
    """Press Ctrl-C at the third look."""
    slept = []

    def sleep(seconds):
        slept.append(seconds)
        if len(slept) == 3:
            raise KeyboardInterrupt

    monkeypatch.setattr(command.time, "sleep", sleep)  # type: ignore[attr-defined]
    return slept


def test_watching_asks_every_two_seconds_and_ends_quietly_with_ctrl_c(traderai, looks):
    code, out, err = traderai("status", "--watch")
    assert (code, err, looks) == (0, "", [2.0, 2.0, 2.0])
    assert out.count("0 of 3 slots in use.") == 3
    assert out.count('"make dev" starts the sensors.\n\n') == 3
    assert "\x1b" not in out


@pytest.mark.usefixtures("looks")
def test_watching_for_programs_prints_one_object_a_line(traderai):
    lines = traderai("status", "--watch", "--json").out.splitlines()
    assert [json.loads(line)["slots"] for line in lines] == [{"used": 0, "most": 3}] * 3


def test_on_a_terminal_each_look_is_drawn_over_the_last_within_its_size(monkeypatch):
    monkeypatch.setattr(command.sys.stdout, "isatty", lambda: True, raising=False)  # type: ignore[attr-defined]
    monkeypatch.setenv("COLUMNS", "6")
    monkeypatch.setenv("LINES", "3")
    assert command._drawn("one line\ntwo\nthree") == "\x1b[Hone li\x1b[K\ntwo\x1b[K\x1b[J"


@pytest.mark.processes
def test_a_real_ctrl_c_on_a_real_terminal_leaves_no_traceback(home):
    ours, theirs = pty.openpty()
    with subprocess.Popen(  # noqa: S603
        STATUS, stdout=theirs, stderr=theirs, stdin=theirs
    ) as watching:
        os.close(theirs)
        said = b""
        while b"starts the sensors" not in said:
            said += os.read(ours, 4096)
        watching.send_signal(signal.SIGINT)
        assert watching.wait(30) == 0
    os.close(ours)
    assert said.startswith(b"\x1b[H")
    assert b"Traceback" not in said
    assert home.home.exists()


def test_the_disk_is_shown_by_folder_with_what_lets_it_go(traderai):
    home = load_settings().home
    (home / "lake").mkdir(parents=True, exist_ok=True)
    (home / "lake" / "rows").write_bytes(b"x" * 3_000_000)
    code, out, _ = traderai("status", "--disk")
    assert code == 0
    assert "lake    1      3.0 MB  3.0 MB" in out
    assert "Runs go 14 days after their end" in out
    code, out, _ = traderai("status", "--disk", "--json")
    assert {"folder", "files", "size", "last_day"} == set(*map(set, json.loads(out)[:1]))
    code, _, err = traderai("status", "--disk", "--watch")
    assert (code, "not for --watch" in err) == (2, True)
