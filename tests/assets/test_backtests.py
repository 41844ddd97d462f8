"""Backtests: the bars a model is tested on are bars it has not seen."""

import pytest

from tests.assets.in_process_platform import InProcessPlatform
from traderai_assets.domain.months import Month
from traderai_assets.registry.stored_models import last_made
from traderai_assets.schemas.backtests import BACKTEST_METRICS
from traderai_assets.schemas.models import MODELS


@pytest.mark.parametrize("month", ["2024-05", "2024-06"])
def test_a_month_is_served_by_a_model_that_knew_nothing_of_it(
    old_platform: InProcessPlatform, month: str
):
    model = last_made(old_platform.rows(MODELS, month))
    tested = old_platform.rows(BACKTEST_METRICS, month).set_index("segment")
    assert set(tested["model_id"]) == {model["model_id"]}
    assert tested.loc["walk_forward", "end"] <= model["trained_until"]
    assert model["trained_until"] <= Month.parse(month).start == tested.loc["served", "start"]


def test_a_month_that_has_not_begun_is_tested_by_walking_forward_alone(
    old_platform: InProcessPlatform,
):
    assert old_platform.rows(BACKTEST_METRICS, "2024-07")["segment"].tolist() == ["walk_forward"]
