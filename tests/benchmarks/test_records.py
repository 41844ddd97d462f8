"""Strategies on a folder of candles: every month that a model can serve, the page, a second run."""

from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from benchmarks.records.conclusions import conclusions
from benchmarks.records.findings import Interval, MarketFindings, StrategyFindings, annual_sharpe
from benchmarks.records.platform import histories
from benchmarks.records.run import main
from benchmarks.strategies.end_to_end import PLANTED, smaller
from benchmarks.strategies.lakes import plant
from traderai_assets.domain.errors import InvalidSettings
from traderai_assets.sandbox.replay import ReplayFeed

_STRATEGIES = """
[strategies.short.training]
folds = 2
lookback_days = 20
minimum_rows = 20
learners = ["lightgbm"]

[strategies.long.training]
folds = 2
lookback_days = 45
minimum_rows = 20
horizon_bars = 6
learners = ["lightgbm"]

[strategies.late.training]
folds = 2
lookback_days = 100
"""


@pytest.fixture
def candles(tmp_path: Path) -> Path:
    """One market from January 2023 into the fifth month."""
    folder = tmp_path / "candles"
    plant(replace(smaller(PLANTED), markets=1), 1, folder, days=130)
    return folder


def test_the_month_in_which_candles_end_is_no_whole_month(candles: Path):
    [history] = histories(ReplayFeed(candles), "1h")
    assert history.symbol == "P0/USDT"
    assert [month.key for month in history.months] == ["2023-01", "2023-02", "2023-03", "2023-04"]
    # A model of 31 days is ready at the first of February, one of 32 a month later
    assert [month.key for month in history.served(31)] == ["2023-02", "2023-03", "2023-04"]
    assert [month.key for month in history.served(32)] == ["2023-03", "2023-04"]


@pytest.mark.slow
def test_a_folder_of_candles_becomes_a_page_and_a_second_run_makes_nothing(
    candles: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
):
    monkeypatch.setattr("benchmarks.records.run.LEAST_MONTHS", 2)
    strategies = tmp_path / "strategies.toml"
    strategies.write_text(_STRATEGIES)
    asked = ["--candles", candles, "--home", tmp_path / "home", "--strategies", strategies]
    asked += ["--timeframe", "1h", "--page", tmp_path / "docs" / "page.md"]
    (tmp_path / "docs").mkdir()
    assert main(list(map(str, asked))) == 0
    told = capsys.readouterr().out
    # February to April of the one, March and April of the other
    assert "5 of 5 months are lacking" in told
    assert "long: binance.P0-USDT.1h, 2023-03 to 2023-04; 3 months and" in told
    page = (tmp_path / "docs" / "page.md").read_text()
    assert "| months served, of all markets | 2 | 3 |" in page
    assert "Nothing was looked at" in page
    assert "Could serve too few months: late." in page
    for name in ("short", "long"):
        picture = tmp_path / "docs" / "images" / f"records-{name}.svg"
        assert f"](images/{picture.name})" in page
        assert picture.read_text().startswith("<svg")
    assert main(list(map(str, asked))) == 0
    assert "0 of 5 months are lacking" in capsys.readouterr().out
    assert (tmp_path / "docs" / "page.md").read_text() == page


def test_a_folder_without_candles_is_told(tmp_path: Path):
    with pytest.raises(InvalidSettings, match="holds no candles to replay"):
        main(["--candles", str(tmp_path), "--home", str(tmp_path / "home")])


def findings(looks=(), *, gross=0.0003, cost=0.0002, trades=40, sharpe=0.8, state="insufficient"):
    days = 20
    pool = pd.DataFrame({"day": pd.date_range("2023-01-01", periods=days, tz="UTC"), "net": 0.0})
    return StrategyFindings(
        name="one",
        settings={},
        verdict={"state": state, "looks": list(looks), "numbers": {"strategies": 3}},
        pool=pool,
        markets=(MarketFindings("BTC/USDT", 1, days, 5, trades, None, 1.01, 1.1, ""),),
        sharpe=Interval(sharpe, sharpe - 0.5, sharpe + 0.5),
        day=Interval(0.0001, -0.0001, 0.0003),
        held_day=Interval(0.0002, -0.0001, 0.0005),
        gross_day=gross,
        cost_day=cost,
        no_model_days=0,
    )


def look(number: int, t: float, bound: float | None, passed=False):
    return {"number": number, "t": t, "bound": bound, "passed": passed}


def test_what_a_trader_would_conclude_follows_from_the_numbers():
    said = conclusions(findings([look(1, 1.0, 4.0), look(2, 1.9, 2.5)]))
    assert said[0].startswith(
        "**Do not trade it.** Look 2 was nearest to its bound: its t was 1.90"
    )
    assert "costs took 67% of what it earned" in said[1]
    # A bound of 2.5 and .84 for the power, over a ratio of .8, squared
    assert any("17 years of days would pass" in one for one in said)
    passed = conclusions(findings([look(1, 4.2, 4.0, passed=True)], state="candidate"))
    assert passed[0].startswith("**On paper, or with a quarter of the size.** At look 1 its t")
    lost = conclusions(findings(gross=0.0001, sharpe=-0.9))
    assert "Nothing was looked at" in lost[0]
    assert "costs decide, and took more than all of it" in lost[1]
    assert any("that it loses is more than bad luck" in one for one in lost)
    assert "It never took a side" in conclusions(findings(trades=0))[1]


def test_a_record_that_never_varied_has_no_sharpe_ratio():
    assert annual_sharpe(pd.Series([0.0, 0.0, 0.0]).to_numpy()) is None
