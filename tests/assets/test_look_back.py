"""The gate: no model of an incomplete look-back, and no harm to anything else."""

from datetime import UTC, datetime

import pytest

from tests.assets.house import House
from tests.assets.remembered import data_versions, stale
from traderai_assets.domain.content_hash import EMPTY_HASH
from traderai_assets.domain.errors import NotEnoughData
from traderai_assets.schemas.candles import CANDLES
from traderai_assets.schemas.models import MODELS


def test_a_refused_month_costs_the_others_nothing_and_is_stale_once_its_history_came(house: House):
    house.run("backfill", "2024-05", "2024-06")
    result = house.run("train", "2024-05", "2024-06")  # May's model would learn from April
    assert list(house.hashes(MODELS)) == ["2024-06"]
    assert data_versions(house, "models")["2024-05"] == EMPTY_HASH
    [refusal] = [
        event.metadata["refused"].value
        for event in result.asset_materializations_for_node("models")
        if "refused" in event.metadata
    ]
    assert "720 bars of the look-back are neither stored nor known gaps, in 2024-04" in refusal
    assert '"traderai backfill binance.BTC-USDT.1h --since 2024-04-01"' in refusal
    warning = next(
        check
        for check in result.get_asset_check_evaluations()
        if check.check_name == "every_month_has_a_model"
    )
    assert not warning.passed
    assert warning.metadata["without"].value == ["binance.BTC-USDT.1h|2024-05"]

    house.run("backfill", "2024-04")
    assert "2024-05" in stale(house)["models"]


def test_a_run_of_refused_months_alone_fails_by_name_and_leaves_models_and_champion(
    old_house: House,
):
    before = old_house.lake_state()
    with pytest.raises(NotEnoughData, match=r"in 2024-01, 2024-02; .* --since 2024-01-01"):
        old_house.run("train", "2024-03")
    assert old_house.lake_state() == before


def test_one_bar_nobody_accounts_for_is_enough_and_the_stored_model_stays(old_house: House):
    missing = datetime(2024, 4, 20, 7, tzinfo=UTC)
    april = old_house.rows(CANDLES, "2024-04")
    old_house.store(CANDLES, "2024-04", april[april["open_time"] != missing])
    before = old_house.hashes(MODELS)
    with pytest.raises(NotEnoughData, match=r" 1 bars of the look-back .* in 2024-04"):
        old_house.run("train", "2024-05")
    assert old_house.hashes(MODELS) == before
