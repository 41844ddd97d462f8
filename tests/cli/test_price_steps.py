"""Steps in the unit of prices: listed, decided on once, taken back, and what that makes anew."""

import json

import pytest

from tests.domain.candles.scaled import market, redenominated
from traderai_assets.cli.context import open_lake
from traderai_assets.schemas.candles import CANDLES
from traderai_assets.schemas.price_decisions import PRICE_DECISIONS

MARKET, KEY = "binance:SHIB/USDT", "binance.SHIB-USDT.1h"
TIME = "2026-03-03T10:20"


@pytest.fixture
def stored(home):
    """Five-minute bars will do: the unit changes at 10:20 of March 3rd."""
    frame = redenominated(market(), 700, 1000.0)
    open_lake(home).snapshot(CANDLES).publish(
        {(KEY, "2026-03"): frame}, run_id="test", code_version="1"
    )
    return frame


def decided(home):
    return open_lake(home).snapshot(PRICE_DECISIONS).read(KEY, ["2026-03"])


def test_steps_are_listed_for_people_and_for_programs(traderai, stored):  # noqa: ARG001
    head, line = traderai("candles", "steps", MARKET).out.splitlines()
    assert head.split()[0] == "opened"
    assert {TIME, "between", "1000", "undecided"} <= set(line.split())
    [step] = json.loads(traderai("candles", "steps", MARKET, "--json").out)
    assert step["opened"] == TIME
    assert step["ratio"] == pytest.approx(1000, rel=0.01)


def test_a_ratio_is_written_once_changed_and_taken_back(traderai, stored, home):  # noqa: ARG001
    code, out, _ = traderai("candles", "confirm", MARKET, TIME, "--ratio", "100")
    assert code == 0
    assert "2026-03 and 2026-04 depend on it" in out
    assert f'"traderai backfill {KEY} --since 2026-03-01' in out
    assert "already" in traderai("candles", "confirm", MARKET, TIME, "--ratio", "100").out
    traderai("candles", "confirm", MARKET, TIME, "--ratio", "1000")
    assert "ratio 1000" in traderai("candles", "steps", MARKET).out
    traderai("candles", "confirm", MARKET, TIME, "--revoke")
    assert "undecided" in traderai("candles", "steps", MARKET).out
    assert "already" in traderai("candles", "confirm", MARKET, TIME, "--revoke").out
    assert decided(home)["verdict"].tolist() == ["ratio", "ratio", "revoked"]


def test_a_move_is_confirmed_as_real(traderai, stored, home):  # noqa: ARG001
    assert traderai("candles", "confirm", MARKET, "2026-03-03 10:20", "--real").code == 0
    assert traderai("candles", "steps", MARKET).out.split()[-1] == "real"
    assert decided(home)["ratio"].isna().all()
    assert decided(home)["decided_by"].str.len().min() > 0


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ((TIME,), "say one of --real, --ratio N or --revoke"),
        ((TIME, "--real", "--ratio", "2"), "say one of"),
        ((TIME, "--ratio", "1"), "--ratio '1' is not a number above 0 other than 1"),
        ((TIME, "--ratio", "1/0"), "--ratio '1/0'"),
        ((TIME, "--ratio", "-3"), "--ratio '-3'"),
        ((TIME, "--ratio", "nan"), "--ratio 'nan'"),
        (("2026-03-03T10:21", "--real"), "no candle of binance.SHIB-USDT.1h that opened at"),
    ],
)
def test_what_cannot_be_meant_is_refused(traderai, stored, home, arguments, told):  # noqa: ARG001
    code, _, err = traderai("candles", "confirm", MARKET, *arguments)
    assert code != 0
    assert told in err
    assert decided(home).empty


def test_one_over_a_hundred_is_a_ratio(traderai, stored, home):  # noqa: ARG001
    assert traderai("candles", "confirm", MARKET, TIME, "--ratio", "1/100").code == 0
    assert decided(home)["ratio"].tolist() == [0.01]
