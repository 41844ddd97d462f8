"""The newest model is trained and tested again where its run ended before it was tested."""

from datetime import UTC, datetime

import pytest

from traderai_assets.domain.months import Month
from traderai_assets.schemas.backtests import BACKTEST_METRICS
from traderai_assets.schemas.models import MODELS

APRIL = Month(2026, 4)
NOON = datetime(2026, 3, 20, 12, tzinfo=UTC)
BTC = "binance.BTC-USDT.1h"
MODEL = "1" * 32


@pytest.fixture
def trained(platform, kept, rows_of):
    """Keep the market; store a model, tested or not."""
    kept(BTC)

    def store(*, tested):
        row = rows_of(MODELS, model_id=[MODEL], generation=1, trained_until=NOON)
        platform.put(MODELS, APRIL, row)
        if tested:
            segment = {"segment": "walk_forward", "start": NOON, "end": NOON}
            platform.put(
                BACKTEST_METRICS, APRIL, rows_of(BACKTEST_METRICS, model_id=[MODEL], **segment)
            )

    return store


def test_a_market_without_a_model_has_none_to_test(platform):
    assert platform.tick("untested_models").reason == f"{BTC} has no model"


def test_a_tested_model_is_left_alone(platform, trained):
    trained(tested=True)
    assert platform.tick("untested_models").reason == f"model 11111111 of {BTC} is tested"


def test_a_model_whose_run_was_never_seen_is_waited_for(platform, trained):
    trained(tested=False)
    assert platform.tick("untested_models").reason == f"model 11111111 of {BTC} is not tested yet"
