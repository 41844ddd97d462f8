"""Features listed, and proved before anything runs: one that looks ahead is named with its bar."""

import json
import os
import subprocess
import sys

import pytest

from traderai_assets.domain.features.catalogue import CATALOGUE

LEAKING = '''
"""As many have written it."""

from traderai_assets.domain.features.freqai import freqai_features


def feature_engineering_standard(dataframe, metadata, **kwargs):
    change = dataframe["close"].pct_change()
    dataframe["%-next"] = change.shift(-1)
    dataframe["%-score"] = (change - change.mean()) / change.std()
    dataframe["%-change"] = change
    return dataframe


FEATURES = freqai_features(standard=feature_engineering_standard, startup_candles=20)
'''


def test_every_feature_is_listed_with_what_it_measures(traderai):
    rows = json.loads(traderai("features", "list", "--json").out)
    assert [row["name"] for row in rows] == [spec.name for spec in CATALOGUE]
    assert all(row["description"] for row in rows)


@pytest.mark.slow
def test_our_own_features_are_proved_on_simulated_candles(traderai):
    code, out, err = traderai("features", "prove")
    assert (code, err) == (0, "")
    assert out == (
        f"None of {len(CATALOGUE)} features looked ahead in 2024-03 of sandbox.BTC-USDT.1h, "
        "whatever came after the bars that were drawn.\n"
    )


@pytest.mark.slow
def test_a_market_of_which_nothing_is_stored_is_told_so(traderai):
    code, _, err = traderai("features", "prove", "--market", "binance:BTC/USDT")
    assert code == 1
    assert "no candles of binance.BTC-USDT.1h are stored" in err


@pytest.mark.processes
def test_a_users_function_that_looks_ahead_is_named_with_the_bar_that_leaked(
    home, tmp_path, repository
):
    (tmp_path / "traderai_features").mkdir()
    (tmp_path / "traderai_features" / "mine.py").write_text(LEAKING)
    ended = subprocess.run(
        [sys.executable, "-m", "traderai_assets.cli", "features", "prove", "--json"],
        env=os.environ
        | {
            "TRADERAI_HOME": str(home.home),
            "PYTHONPATH": os.pathsep.join([str(tmp_path), str(repository)]),
        },
        cwd=repository,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 1
    assert "2 of" in ended.stderr
    assert "features look ahead: freqai_next, freqai_score; row i may use" in ended.stderr
    leaks = json.loads(ended.stdout)
    assert {leak["feature"] for leak in leaks} == {"freqai_next", "freqai_score"}
    assert all("2024-03" in leak["first_changed_bar"] for leak in leaks)
