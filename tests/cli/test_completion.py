"""A shell completes commands, options and the names that this home knows."""

import os
import shutil
import subprocess
import sys

import pytest

from tests.registry.hand_made import ONE, TWO, desk_at, store_models
from traderai_assets.cli.completion import INSTALLED
from traderai_assets.cli.known_names import KnownName, market_names, model_ids, strategy_names


@pytest.mark.processes
@pytest.mark.parametrize("shell", INSTALLED)
def test_the_script_says_how_it_is_installed_and_is_one_of_the_shell(traderai, shell):
    code, out, _ = traderai("completion", shell)
    assert code == 0
    assert f"#   {INSTALLED[shell]}\n" in out
    assert f"_TRADERAI_COMPLETE={shell}_complete" in out
    if shutil.which(shell):
        checked = subprocess.run([shell, "-n"], input=out, text=True, check=False)  # noqa: S603
        assert checked.returncode == 0


def completed(*words, **environment):
    """What is offered for the last word, and what was imported for it."""
    program = (
        "import sys; sys.argv = ['traderai']\n"
        "from traderai_assets.cli.main import main\n"
        "try: main()\nexcept SystemExit: pass\n"
        "print(sorted({'dagster', 'pandas', 'ccxt'} & set(sys.modules)))"
    )
    said = subprocess.run(  # noqa: S603
        [sys.executable, "-c", program],
        check=True,
        capture_output=True,
        text=True,
        env={
            **os.environ,
            "_TRADERAI_COMPLETE": "bash_complete",
            "COMP_WORDS": " ".join(("traderai", *words)),
            "COMP_CWORD": str(len(words)),
            **environment,
        },
    ).stdout.splitlines()
    return [line.partition(",")[2] for line in said[:-1] if line], said[-1]


@pytest.mark.processes
@pytest.mark.usefixtures("home")
def test_names_are_offered_without_importing_what_is_slow():
    completed("words", "binance")  # By which the plan is checked, and remembered where a home is
    offered, imported = completed("words", "binance.E")
    assert offered == ["binance.ETH-USDT.1h"]
    assert completed("stat")[0] == ["status"]
    assert completed("status", "--j")[0] == ["--json"]
    assert "dagster" not in imported
    assert "ccxt" not in imported


@pytest.mark.processes
@pytest.mark.usefixtures("home")
def test_settings_that_cannot_be_used_offer_nothing_and_say_nothing():
    assert completed("words", "b", TRADERAI_HISTORY_DAYS="many")[0] == []


def test_what_is_stored_is_known_beside_what_is_named(home, instance):
    assert strategy_names() == ["default"]
    assert model_ids() == []
    store_models(desk_at(home.home, instance), ONE, TWO)
    assert model_ids() == [ONE, TWO]
    folder = home.home / "lake" / "candles"
    for name in ("market=kraken.SOL-USD.1h", "market=bad\nname", "_delta_log"):
        (folder / name).mkdir(parents=True)
    assert "kraken.SOL-USD.1h" in market_names()
    offered = KnownName(market_names).shell_complete(None, None, "")
    assert [one.value for one in offered] == [
        "binance.BTC-USDT.1h",
        "binance.ETH-USDT.1h",
        "kraken.SOL-USD.1h",
    ]
