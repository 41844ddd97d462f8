"""The gate: no model of an incomplete look-back, and no harm to anything else."""

from datetime import UTC, datetime

import dagster as dg
import pytest

from tests.assets.in_process_platform import InProcessPlatform
from tests.assets.stored_versions import data_versions, stale
from tests.checks.test_candles import evaluation
from traderai_assets.domain.content_hash import EMPTY_HASH
from traderai_assets.domain.errors import NotEnoughData
from traderai_assets.schemas.candles import CANDLES
from traderai_assets.schemas.models import MODELS

BTC = "binance.BTC-USDT.1h"


def test_a_refused_month_costs_the_others_nothing_and_is_stale_once_its_history_came(
    platform: InProcessPlatform,
):
    platform.run("backfill", "2024-05", "2024-06")
    result = platform.run("train", "2024-05", "2024-06")  # May's model would learn from April
    assert list(platform.hashes(MODELS)) == ["2024-06"]
    assert data_versions(platform, "models")["2024-05"] == EMPTY_HASH
    [refusal] = [
        event.metadata["refused"].value
        for event in result.asset_materializations_for_node("models")
        if "refused" in event.metadata
    ]
    assert "720 bars of the look-back are neither stored nor known gaps, in 2024-04" in refusal
    command = "traderai backfill binance.BTC-USDT.1h --since 2024-04-01 --until 2024-04-30"
    assert f'"{command}"' in refusal
    told = evaluation(result, "look_back_complete")
    assert (told.passed, told.severity) == (False, dg.AssetCheckSeverity.WARN)
    assert told.metadata["commands"].value == command
    assert told.metadata["missing_months"].value == {BTC: ["2024-04"]}
    assert (told.metadata["missing_bars"].value, told.metadata["months_complete"].value) == (720, 1)
    warning = evaluation(result, "every_month_has_a_model")
    assert not warning.passed
    assert warning.metadata["without"].value == ["binance.BTC-USDT.1h|2024-05"]

    platform.run("backfill", "2024-04")
    assert "2024-05" in stale(platform)["models"]


def test_a_run_of_refused_months_alone_fails_by_name_and_leaves_models_and_champion(
    old_platform: InProcessPlatform,
):
    before = old_platform.lake_state()
    with pytest.raises(NotEnoughData, match=r"in 2024-01, 2024-02; .* --since 2024-01-01"):
        old_platform.run("train", "2024-03")
    assert old_platform.lake_state() == before


@pytest.mark.parametrize("only", [("models",), ("models", "backtests"), ()])
def test_whoever_launches_it_the_check_says_why_and_nothing_downstream_runs(
    platform: InProcessPlatform, only: tuple[str, ...]
):
    result = platform.run("train", "2024-05", "2024-06", only=only, raise_on_error=False)
    told = evaluation(result, "look_back_complete")
    assert (told.passed, told.blocking, told.severity) == (
        False,
        True,
        dg.AssetCheckSeverity.ERROR,
    )
    [failed] = result.get_step_failure_events()
    assert failed.step_key == "models"
    assert told.description in failed.step_failure_data.error_display_string
    assert told.metadata["commands"].value == (
        f"traderai backfill {BTC} --since 2024-04-01 --until 2024-05-31"
    )
    started = {one.step_key for one in result.all_events if one.event_type_value == "STEP_START"}
    assert started - {"features_no_look_ahead"} == {"models"}


def test_one_bar_nobody_accounts_for_is_enough_and_the_stored_model_stays(
    old_platform: InProcessPlatform,
):
    missing = datetime(2024, 4, 20, 7, tzinfo=UTC)
    april = old_platform.rows(CANDLES, "2024-04")
    old_platform.store(CANDLES, "2024-04", april[april["open_time"] != missing])
    before = old_platform.hashes(MODELS)
    with pytest.raises(NotEnoughData, match=r" 1 bars of the look-back .* in 2024-04"):
        old_platform.run("train", "2024-05")
    assert old_platform.hashes(MODELS) == before
