"""Colours are seen on a terminal alone; what goes into a pipe is what it always was."""

import os
import pty
import re
import subprocess
import sys

import pytest

from traderai_assets.cli import colours, printing
from traderai_assets.cli.printing import table

ROWS = [
    {"market": "binance.BTC-USDT.1h", "state": "ok", "bars": 1_000, "reason": None},
    {"market": "binance.ETH-USDT.1h", "state": "failing", "bars": 20, "reason": "x" * 90},
]
PROGRAM = (
    "from traderai_assets.cli.plain_output import make_output_plain\n"
    "make_output_plain()\n"
    "from tests.cli.test_colours import ROWS\n"
    "from traderai_assets.cli.printing import print_rows\n"
    "print_rows([*ROWS, {'market': '[red]x[/red]\\x1b[2J'}], as_json=False, empty='')\n"
)


def on_a_terminal(**environment):
    """What the program writes to a terminal of 80 columns."""
    ours, theirs = pty.openpty()
    told = {**os.environ, "COLUMNS": "80", "TERM": "xterm-256color", **environment}
    told = {name: value for name, value in told.items() if value is not None}
    with subprocess.Popen([sys.executable, "-c", PROGRAM], stdout=theirs, env=told):  # noqa: S603
        os.close(theirs)
        said = b""
        while True:
            try:
                part = os.read(ours, 65536)
            except OSError:  # The other end was closed
                break
            if not part:
                break
            said += part
    os.close(ours)
    return said.decode()


@pytest.mark.processes
def test_a_terminal_gets_colours_and_cells_that_wrap(monkeypatch):
    monkeypatch.delenv("NO_COLOR", raising=False)
    said = on_a_terminal()
    assert re.search(r"\x1b\[32mok", said)
    assert re.search(r"\x1b\[1;31mfailing", said)
    lines = re.sub(r"\x1b\[[0-9;]*m", "", said).splitlines()
    assert max(len(line.rstrip()) for line in lines) <= 80
    assert sum(line.count("x") for line in lines) >= 90


@pytest.mark.processes
def test_nothing_that_a_stranger_wrote_acts_on_it(monkeypatch):
    monkeypatch.delenv("NO_COLOR", raising=False)
    said = on_a_terminal()
    assert "\x1b[2J" not in said
    plain = re.sub(r"\x1b\[[0-9;]*m", "", said)
    assert r"\x1b[2J" in plain.replace("\r\n", "").replace(" ", "")
    assert "[red]x[/red]" in plain


@pytest.mark.processes
@pytest.mark.parametrize("unwanted", [{"NO_COLOR": "1"}, {"TERM": "dumb"}])
def test_who_wants_none_gets_the_plain_table(unwanted):
    said = on_a_terminal(**unwanted).replace("\r\n", "\n")
    assert "\x1b" not in said
    assert said.startswith(table(ROWS).splitlines()[0])


def test_a_pipe_gets_the_plain_table(capsys):
    printing.print_rows(ROWS, as_json=False, empty="none")
    assert capsys.readouterr().out == table(ROWS) + "\n"
    assert not colours.has_colours()


def test_a_sentence_or_an_object(capsys):
    printing.answer("It is done.", as_json=False, run="x")
    printing.answer("It is done.", as_json=True, run="x")
    assert capsys.readouterr().out == 'It is done.\n{\n  "run": "x"\n}\n'
