"""A home is fed by one exchange: simulated, replayed or real, and never by another later."""

from dataclasses import replace
from datetime import UTC, datetime

import pandas as pd
import pytest

from resources.build import build_resources
from traderai_assets.cli.context import open_lake
from traderai_assets.cli.sandbox.origin import SandboxOrigin, same_origin
from traderai_assets.domain.errors import InvalidSettings
from traderai_assets.schemas.candles import CANDLES

NOON = datetime(2026, 3, 20, 12, tzinfo=UTC)
SIMULATED = SandboxOrigin(None, 7, "2026-01-01T00:00:00+00:00", NOON.isoformat(), NOON.isoformat())
REPLAYED = SandboxOrigin("/somewhere/candles", 7, None, NOON.isoformat(), NOON.isoformat())


@pytest.fixture
def candle(home):
    """Store one."""
    times = pd.DatetimeIndex([NOON]).as_unit("ms")
    frame = pd.DataFrame(dict.fromkeys(CANDLES.dtypes, 1.0) | {"open_time": times})
    key = ("binance.BTC-USDT.1h", "2026-03")
    open_lake(home).snapshot(CANDLES).publish({key: frame}, run_id="test", code_version="1")


def test_a_home_without_candles_takes_any_world(home):
    assert same_origin(home, SIMULATED) == SIMULATED


def test_looking_at_an_empty_home_does_not_make_it_a_real_one(home, traderai):
    traderai("markets")
    assert same_origin(home, SIMULATED) == SIMULATED


@pytest.mark.usefixtures("candle")
def test_a_home_of_real_candles_takes_no_simulated_ones(home):
    with pytest.raises(InvalidSettings, match="holds candles of a real exchange; give the demo"):
        same_origin(home, SIMULATED)


@pytest.mark.usefixtures("candle")
def test_a_home_goes_on_at_the_time_where_its_world_stopped(home):
    later = SIMULATED.at(datetime(2026, 3, 21, tzinfo=UTC))
    later.save(home)
    assert same_origin(home, SIMULATED) == later
    assert SandboxOrigin.of(home) == later


@pytest.mark.parametrize(
    "wanted", [REPLAYED, replace(SIMULATED, seed=8), replace(SIMULATED, edge=0.5)]
)
def test_a_home_of_one_world_takes_no_other(home, wanted):
    SIMULATED.save(home)
    held = r"holds SIMULATED candles \(seed 7, edge 1\); remove it"
    with pytest.raises(InvalidSettings, match=held):
        same_origin(home, wanted)


@pytest.mark.parametrize("text", ["", "[]", "{", '{"seed": 7}', '{"candles": null, "seed": 7}'])
def test_a_world_that_cannot_be_read_is_named_with_the_way_out(home, text):
    home.home.mkdir()
    home.sandbox_file.write_text(text)
    with pytest.raises(InvalidSettings, match=r'cannot be read as the sandbox.*"make clean"'):
        SandboxOrigin.of(home)


def test_a_world_at_a_time_that_is_none_cannot_be_read(home):
    SIMULATED.save(home)
    text = home.sandbox_file.read_text().replace("2026-03-20T12", "noon of 2026-03-20")
    home.sandbox_file.write_text(text)
    with pytest.raises(InvalidSettings, match="Invalid isoformat string"):
        SandboxOrigin.of(home)


def test_a_sandbox_is_started_in_its_world():
    assert SIMULATED.arguments(8790, 0.0) == [
        *("--port", "8790", "--seed", "7", "--speed", "0.0", "--now", "2026-03-20T12:00:00"),
        *("--edge", "1", "--start", "2026-01-01T00:00:00"),
    ]
    assert REPLAYED.arguments(8790, 1.0)[-2:] == ["--candles", "/somewhere/candles"]


@pytest.mark.usefixtures("candle")
def test_a_home_that_lost_its_file_is_still_that_of_the_sandbox(home, traderai):
    SIMULATED.save(home)
    assert build_resources(home)["exchange"].sandbox_only
    home.sandbox_file.unlink()
    assert SandboxOrigin.of(home) == SIMULATED
    assert build_resources(home)["exchange"].sandbox_only
    assert traderai("markets").code == 0
    with pytest.raises(InvalidSettings, match="holds SIMULATED candles"):
        same_origin(home, REPLAYED)
