"""Candles of a file and of the exchange together: what the file lacks is fetched."""

import pandas as pd

from resources.candle_files.reading import read_candle_file
from tests.assets.in_process_platform import InProcessPlatform
from traderai_assets.assets.candles import candles
from traderai_assets.audit.evidence import Evidence
from traderai_assets.audit.running import audited, rules_named
from traderai_assets.domain.candles.contract import broken_contract
from traderai_assets.domain.months import Month
from traderai_assets.ingest.candle_import import CandleImport
from traderai_assets.lineage.of_candle import CandleUses
from traderai_assets.plan import reach
from traderai_assets.schemas.candles import CANDLE_GAPS, CANDLES
from traderai_assets.strategies import strategies_of

APRIL, MAY = "2024-04", "2024-05"


def import_into(platform: InProcessPlatform, file, **options):
    asked = CandleImport(
        read_candle_file(file),
        platform.market,
        platform.lake,
        platform.instance,
        candles,
        **{"replace": False, "now": platform.sandbox.clock.now(), "by": "test"} | options,
    )
    return list(asked.months())


def violated(platform: InProcessPlatform):
    """What an audit finds amiss of candles, their ledgers and their events."""
    evidence = Evidence(
        platform.settings, platform.lake, platform.instance, platform.sandbox.clock.now()
    )
    rules = rules_named(["bars-accounted", "bars-in-place", "events-tell-stored"])
    return [violation for one in audited(evidence, rules) for violation in one.violations]


def test_an_exchange_that_is_asked_afterwards_fills_what_the_file_lacked(open_platform, tmp_path):
    fetched = open_platform()
    fetched.run("fetch", APRIL, MAY)
    whole = pd.concat([fetched.rows(CANDLES, APRIL), fetched.rows(CANDLES, MAY)])
    file = tmp_path / "BTC_USDT-1h.feather"
    holed = whole.rename(columns={"open_time": "date"}).drop(index=range(100, 160))
    holed.reset_index(drop=True).to_feather(file)

    platform = open_platform()
    april, may = import_into(platform, file)
    assert (april.absent_bars, may.absent_bars) == (60, 60)
    market, month = platform.market, Month.parse(APRIL)
    gaps = platform.rows(CANDLE_GAPS, APRIL)
    assert gaps["kind"].tolist() == ["unheard"]
    stored = platform.rows(CANDLES, APRIL)
    assert broken_contract(stored, gaps, month=month, bar=market.bar) is None
    assert violated(platform) == []

    platform.run("fetch", APRIL, MAY)
    for key in (APRIL, MAY):
        pd.testing.assert_frame_equal(
            platform.rows(CANDLES, key), fetched.rows(CANDLES, key), check_exact=True
        )
        assert platform.rows(CANDLE_GAPS, key).empty


def test_a_file_that_comes_after_the_exchange_changes_no_version(open_platform, tmp_path):
    platform = open_platform()
    platform.run("fetch", APRIL, MAY)
    whole = pd.concat([platform.rows(CANDLES, APRIL), platform.rows(CANDLES, MAY)])
    file = tmp_path / "BTC_USDT-1h.parquet"
    whole.rename(columns={"open_time": "date"}).to_parquet(file, index=False)
    snapshot = platform.lake.snapshot(CANDLES)
    before = snapshot.content_hashes(platform.market)
    done = import_into(platform, file)
    assert [(len(month.compared.new), len(month.compared.others)) for month in done] == [(0, 0)] * 2
    assert platform.lake.snapshot(CANDLES).content_hashes(platform.market) == before


def test_a_candle_tells_that_its_month_is_of_a_file(open_platform, tmp_path):
    platform = open_platform()
    platform.run("fetch", APRIL)
    file = tmp_path / "BTC_USDT-1h.feather"
    platform.rows(CANDLES, APRIL).rename(columns={"open_time": "date"}).to_feather(file)
    other = open_platform()
    import_into(other, file)
    settings = other.settings
    uses = CandleUses(
        other.lake,
        strategies_of(settings)[0],
        reach(settings),
        settings.training.horizon_bars,
        other.market,
        Month.parse(APRIL).start + 5 * other.market.bar,
    )
    told = {row["table"]: row for row in uses.shared()}
    assert told["candle_imports"]["rows"] == 1
    assert told["candle_imports"]["why"] == "its month is of it"
