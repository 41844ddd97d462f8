"""A removed market is left alone; its data stay, or go from every table once its key is typed."""

import io
import json

import dagster as dg
import pandas as pd
import pytest

from sensors.tick_view import TickView
from traderai_assets.cli.context import open_lake
from traderai_assets.domain.champions.choice import Contender, choose_speaker
from traderai_assets.domain.champions.history import empty_history, with_choice
from traderai_assets.domain.errors import LakeError
from traderai_assets.domain.months import Month
from traderai_assets.domain.strategies.states import PROMOTED
from traderai_assets.instance import kept_markets as kept_markets_module
from traderai_assets.instance.kept_markets import add_market, kept_markets, sync_with_settings
from traderai_assets.instance.market_notes import note_refused, refusal_of
from traderai_assets.partitions import MARKETS
from traderai_assets.schemas.candles import CANDLES
from traderai_assets.schemas.catalogue import TABLES
from traderai_assets.schemas.champions import CHAMPIONS
from traderai_assets.schemas.record import RECORD_DAYS
from traderai_assets.schemas.tables import ALL_MONTHS
from traderai_assets.settings import load_settings

SOL, BTC = "binance.SOL-USDT.1h", "binance.BTC-USDT.1h"
MARCH = Month(2026, 3)


@pytest.fixture
def stored(home, instance):
    """Candles of two months of two markets, the second one added by command."""
    times = pd.date_range("2026-03-01", periods=3, freq="1h", tz="UTC").as_unit("ms")
    frame = pd.DataFrame(dict.fromkeys(CANDLES.dtypes, 1.0) | {"open_time": times})
    keys = [(market, month) for market in (SOL, BTC) for month in ("2026-02", "2026-03")]
    open_lake(home).snapshot(CANDLES).publish(
        dict.fromkeys(keys, frame), run_id="test", code_version="1"
    )
    sync_with_settings(instance, home)
    add_market(instance, home, SOL)


@pytest.fixture
def typed(monkeypatch):
    return lambda text: monkeypatch.setattr("sys.stdin", io.StringIO(f"{text}\n"))


def candles_of(home, market):
    snapshot = open_lake(home).snapshot(CANDLES)
    return len(snapshot.read(market, sorted(snapshot.content_hashes(market))))


@pytest.mark.usefixtures("stored")
def test_a_removed_market_keeps_its_data_and_no_sensor_looks_at_it(traderai, home, instance):
    out = traderai("markets", "remove", "binance:SOL/USDT").out
    assert out == (
        f'{SOL} is removed; its data stay, and "traderai markets add {SOL}" takes it back.\n'
    )
    assert SOL not in TickView(instance, open_lake(home), None, home).kept_markets()
    assert SOL in instance.get_dynamic_partitions(MARKETS)
    assert candles_of(home, SOL) == 6
    traderai("markets", "add", SOL, "--unchecked")
    assert SOL in kept_markets(instance, home)


def test_a_market_taken_out_of_the_settings_is_kept_no_longer(instance, home, monkeypatch):
    sync_with_settings(instance, home)
    assert BTC in kept_markets(instance, home)
    monkeypatch.setenv("TRADERAI_MARKETS", '["binance:ETH/USDT"]')
    changed = load_settings()
    sync_with_settings(instance, changed)
    assert kept_markets(instance, changed) == ["binance.ETH-USDT.1h"]
    assert kept_markets(instance, home) == [BTC, "binance.ETH-USDT.1h"]


def test_a_market_that_the_settings_still_name_stays_removed_until_they_name_it_anew(
    traderai, instance, home, monkeypatch
):
    sync_with_settings(instance, home)
    assert "still names it: take it out there too" in traderai("markets", "remove", BTC).out
    sync_with_settings(instance, home)
    assert BTC not in kept_markets(instance, home)
    monkeypatch.setenv("TRADERAI_MARKETS", "[]")
    sync_with_settings(instance, load_settings())
    sync_with_settings(instance, home)
    assert BTC in kept_markets(instance, home)


@pytest.mark.usefixtures("stored")
def test_what_a_strategy_earned_in_a_market_is_not_deleted_with_it(traderai, home, typed):
    zeros = {name: [0] for name, kind in RECORD_DAYS.dtypes.items() if kind in ("float64", "int64")}
    said = {"cause": "first", "state": "served", "origin": "live", "strategy_id": "1" * 16}
    days = {"day": MARCH.start, "recorded_at": MARCH.end, "revision": 1, "model_id": "a"}
    frame = pd.DataFrame(zeros | {"net": [-0.5]}).assign(**said, **days).astype(RECORD_DAYS.dtypes)
    frame = frame[list(RECORD_DAYS.dtypes)]
    open_lake(home).snapshot(RECORD_DAYS).publish(
        {(SOL, MARCH.key): frame}, run_id="test", code_version="1"
    )
    typed(SOL)
    out = traderai("markets", "remove", SOL, "--delete").out
    assert "Kept 1 rows of record: strategies are judged by them." in out
    assert open_lake(home).snapshot(RECORD_DAYS).read(SOL, [MARCH.key])["net"].tolist() == [-0.5]


@pytest.mark.usefixtures("stored")
def test_data_are_deleted_from_every_table_once_the_key_is_typed(traderai, home, instance, typed):
    speaker = Contender("default", "0" * 16, PROMOTED, model_id="m1", served_month=MARCH.key)
    crowned = with_choice(empty_history(), choose_speaker([speaker]), changed_at=MARCH.start)
    keys = dict.fromkeys([(SOL, ALL_MONTHS), (BTC, ALL_MONTHS)], crowned)
    open_lake(home).snapshot(CHAMPIONS).publish(keys, run_id="test", code_version="1")
    note_refused(instance, SOL, "no")
    typed(SOL)
    code, out, _ = traderai("markets", "remove", SOL, "--delete")
    assert code == 0
    assert "Deleted 6 rows from candles." in out
    assert "Deleted 1 rows from champions." in out
    assert open_lake(home).snapshot(CHAMPIONS).markets() == [BTC]
    assert all(SOL not in open_lake(home).snapshot(table).markets() for table in TABLES)
    assert SOL not in instance.get_dynamic_partitions(MARKETS)
    assert refusal_of(instance, SOL) is None
    assert candles_of(home, BTC) == 6
    assert SOL not in {row["market"] for row in json.loads(traderai("markets", "--json").out)}


@pytest.mark.usefixtures("stored")
@pytest.mark.parametrize("text", ["", "yes", BTC])
def test_nothing_is_touched_where_another_name_is_typed(traderai, home, instance, typed, text):
    typed(text)
    code, _, err = traderai("markets", "remove", SOL, "--delete")
    assert code == 1
    assert "nothing was removed or deleted" in err
    assert candles_of(home, SOL) == 6
    assert SOL in kept_markets(instance, home)


@pytest.mark.usefixtures("stored")
def test_queued_runs_are_cancelled_and_a_run_at_work_is_waited_for(
    traderai, home, instance, run, typed
):
    queued = run("backfill", dg.DagsterRunStatus.QUEUED, market=SOL)
    other = run("backfill", dg.DagsterRunStatus.QUEUED, market=BTC)
    working = run("update_latest", dg.DagsterRunStatus.STARTED, market=SOL)
    typed(SOL)
    code, _, err = traderai("markets", "remove", SOL, "--delete")
    assert code == 1
    assert f'"traderai runs cancel {working.run_id[:8]}"' in err
    assert f'then do "traderai markets remove {SOL} --delete" again' in err
    statuses = [instance.get_run_by_id(one.run_id).status.value for one in (queued, other)]
    assert statuses == ["CANCELED", "QUEUED"]
    assert candles_of(home, SOL) == 6
    assert SOL not in kept_markets(instance, home)
    instance.report_run_canceled(working)
    typed(SOL)
    assert traderai("markets", "remove", SOL, "--delete").code == 0
    assert candles_of(home, SOL) == 0


@pytest.mark.usefixtures("stored")
def test_a_removal_that_was_interrupted_is_finished_by_the_same_command(
    traderai, home, instance, typed, monkeypatch
):
    def killed(*_):
        raise LakeError("the disk is gone")

    with monkeypatch.context() as patch:
        patch.setattr(kept_markets_module, "forget_market", killed)
        typed(SOL)
        assert traderai("markets", "remove", SOL, "--delete").code == 1
    assert SOL in instance.get_dynamic_partitions(MARKETS)
    typed(SOL)
    assert traderai("markets", "remove", SOL, "--delete").code == 0
    assert SOL not in instance.get_dynamic_partitions(MARKETS)
    assert candles_of(home, SOL) == 0


def test_a_market_that_nobody_knows_is_no_removal(traderai):
    code, _, err = traderai("markets", "remove", "binance:DOGE/USDT")
    assert code == 1
    assert "binance.DOGE-USDT.1h is not kept, and nothing is stored of it; kept are" in err
