"""The gate: no model of an incomplete look-back, and no harm to anything else."""

from datetime import timedelta

import pytest

from tests.assets.house import House
from traderai_assets.domain.content_hash import EMPTY_HASH
from traderai_assets.domain.errors import NotEnoughData
from traderai_assets.schemas.champions import CHAMPIONS
from traderai_assets.schemas.models import MODELS


def test_a_month_without_its_history_costs_the_other_months_of_the_run_nothing(house: House):
    house.run("backfill", "2024-05", "2024-06")
    result = house.run("train", "2024-05", "2024-06")  # May's model learns from April

    assert list(house.hashes(MODELS)) == ["2024-06"]
    assert house.data_versions("models")["2024-05"] == EMPTY_HASH
    [refusal] = [
        event.materialization.metadata["refused"].value
        for event in result.asset_materializations_for_node("models")
        if "refused" in event.metadata
    ]
    assert "720 bars" in refusal
    assert "2024-04" in refusal
    assert "traderai backfill binance.BTC-USDT.1h --since 2024-04-01" in refusal
