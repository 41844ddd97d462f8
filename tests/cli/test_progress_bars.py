"""Bars are drawn on a terminal alone, on standard error, and every step is handed on."""

import os
import pty
import subprocess
import sys

import pytest

from traderai_assets.cli.progress_bars import bars, each


def test_without_a_terminal_every_step_is_handed_on_and_nothing_is_drawn(capsys):
    assert list(each(iter("abc"), "reading", 3)) == ["a", "b", "c"]
    with bars() as drawn:
        assert drawn is None
    assert capsys.readouterr() == ("", "")


@pytest.mark.processes
def test_on_a_terminal_it_tells_how_far_it_is_and_leaves_the_answer_alone(monkeypatch):
    monkeypatch.delenv("NO_COLOR", raising=False)
    program = (
        "from traderai_assets.cli.progress_bars import each\n"
        "print(len([step for step in each(range(4), 'reading [x]', 4)]))\n"
    )
    ours, theirs = pty.openpty()
    told = {**os.environ, "TERM": "xterm-256color", "COLUMNS": "100"}
    with subprocess.Popen(  # noqa: S603
        [sys.executable, "-c", program], stdout=subprocess.PIPE, stderr=theirs, env=told
    ) as ended:
        os.close(theirs)
        answer = ended.communicate(timeout=60)[0]
    drawn = os.read(ours, 65536).decode()
    os.close(ours)
    assert answer == b"4\n"
    assert "reading [x]" in drawn
    assert "100%" in drawn
