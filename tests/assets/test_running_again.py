"""Running again what was run: nothing changes, and the exchange is asked for the tail alone."""

from datetime import UTC, datetime

from tests.assets.house import House
from traderai_assets.sandbox.clock import milliseconds

LAST_CLOSE = datetime(2024, 6, 13, 11, tzinfo=UTC)
HOUR = 3_600_000
TAIL_BARS = 12


def test_an_instance_that_forgot_everything_changes_nothing_in_the_lake(old_house: House):
    before = old_house.lake_state()
    old_house.run_everything()
    assert old_house.lake_state() == before


def test_a_second_run_of_everything_fetches_the_tail_and_changes_nothing(old_house: House):
    old_house.run_everything()
    lake, events = old_house.lake_state(), old_house.all_data_versions()
    old_house.asked()
    old_house.run_everything()
    [tail] = old_house.asked()
    assert tail.start == milliseconds(LAST_CLOSE) - TAIL_BARS * HOUR
    assert tail.rows == TAIL_BARS + 1  # and the open bar, which proves that the last has closed
    assert old_house.lake_state() == lake
    assert old_house.all_data_versions() == events
    assert old_house.stale() == {}


def test_every_data_version_is_the_content_hash_in_the_lake(old_house: House):
    old_house.run_everything()
    tables = {"backtests": "backtest_metrics"}
    lake = old_house.lake_state()
    for asset, versions in old_house.all_data_versions().items():
        _, hashes = lake[tables.get(asset, asset)]
        assert versions, asset
        assert versions == {month: hashes.get(month, "0" * 32) for month in versions}, asset
