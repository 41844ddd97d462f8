"""A model that drifted is trained anew, and its strategy judged: once for a cause."""

from datetime import UTC, datetime, timedelta

import dagster as dg
import pytest

from traderai_assets.domain.months import Month
from traderai_assets.schemas.drift_metrics import DRIFT_METRICS
from traderai_assets.schemas.models import MODELS
from traderai_assets.settings_services import SensorSettings

NOON = datetime(2026, 3, 20, 12, tzinfo=UTC)
FEBRUARY, MARCH, APRIL = Month(2026, 2), Month(2026, 3), Month(2026, 4)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
BTC = "binance.BTC-USDT.1h"
CHAMPION = "1" * 32
SUCCESS, FAILURE = dg.DagsterRunStatus.SUCCESS, dg.DagsterRunStatus.FAILURE


@pytest.fixture
def trained(platform, rows_of):
    def store(model_id, until, served=MARCH):
        told = {"model_id": [model_id], "trained_until": until, "card": "{}"}
        platform.put(MODELS, served, rows_of(MODELS, **told, generation=1, fault=None))

    return store


@pytest.fixture
def drifted(platform, rows_of):
    """Store a measurement in which these kinds have drifted, and the others have not."""

    def store(*kinds, model_id=CHAMPION, end=NOON, status="drifted"):
        every = ["feature", "prediction", "calibration", "performance"]
        frame = rows_of(
            DRIFT_METRICS,
            model_id=model_id,
            window_end=end,
            kind=every,
            feature="any",
            status=[status if kind in kinds else "stable" for kind in every],
        )
        platform.put(DRIFT_METRICS, MARCH, frame)

    return store


@pytest.fixture
def speaking(platform, trained):
    platform.crown(CHAMPION, NOON - 10 * DAY)
    platform.put_bars(FEBRUARY.start, NOON)
    trained(CHAMPION, NOON - 5 * DAY)


def test_who_does_not_speak_or_was_never_measured_asks_for_nothing(platform):
    assert platform.tick("drifted_models").reason == f"strategy default does not speak for {BTC}"
    platform.crown(CHAMPION, NOON)
    assert platform.tick("drifted_models").reason == f"drift of {BTC} was never measured"


@pytest.mark.usefixtures("speaking")
def test_kinds_that_agree_ask_for_one_training_and_none_before_they_do(platform, drifted):
    drifted("feature")
    assert platform.tick("drifted_models").reason == f"drift of {BTC} asks for nothing"
    drifted("feature", "prediction")
    first = platform.tick("drifted_models")
    assert first.request.job_name == "train"
    assert first.months == (f"{BTC}|2026-04", f"{BTC}|2026-04")
    assert first.request.run_key == f"train:{BTC}:drift:{CHAMPION}:feature+prediction"
    # A later window of the same model is no other cause
    drifted("feature", "prediction", end=NOON + HOUR)
    assert platform.tick("drifted_models").request.run_key == first.request.run_key


@pytest.mark.usefixtures("speaking")
def test_what_succeeded_is_never_asked_for_again_and_what_failed_rests(platform, drifted):
    drifted("feature", "prediction")
    request = platform.tick("drifted_models").request
    platform.run(request, FAILURE)
    assert platform.tick("drifted_models").requests == []
    platform.run(request, SUCCESS)
    reason = platform.tick("drifted_models").reason
    assert reason == f"{BTC}: drift had a model trained, and none came of it"


@pytest.mark.usefixtures("speaking")
def test_a_newer_model_that_does_not_speak_yet_is_waited_for(platform, drifted, trained):
    drifted("feature", "prediction")
    trained("2" * 32, NOON - HOUR, APRIL)
    reason = platform.tick("drifted_models").reason
    assert reason == f"a model of {BTC} came after the one that drifted"


@pytest.mark.usefixtures("speaking")
def test_a_model_is_left_alone_while_it_cools_down(platform, drifted):
    drifted("feature", "prediction")
    platform.configure(sensors=SensorSettings(drift_cool_down_days=6))
    assert platform.tick("drifted_models").requests == []
    platform.configure(sensors=SensorSettings(drift_cool_down_days=5))
    assert platform.tick("drifted_models").request.job_name == "train"


def test_without_its_look_back_no_model_is_asked_for(platform, trained, drifted):
    platform.crown(CHAMPION, NOON - 10 * DAY)
    trained(CHAMPION, NOON - 5 * DAY)
    drifted("feature", "prediction")
    tick = platform.tick("drifted_models")
    assert tick.requests == []
    assert f"the model of {BTC} drifted, but no candles of {BTC} are stored" in tick.reason


@pytest.mark.usefixtures("speaking")
def test_what_is_earned_below_the_promise_has_the_strategy_judged_once(platform, drifted):
    drifted("performance")
    request = platform.tick("drifted_models").request
    assert request.job_name == "judge"
    platform.run(request, SUCCESS)
    assert platform.tick("drifted_models").requests == []
    # What asks for both has both, one after the other
    drifted("performance", "calibration")
    both = platform.tick("drifted_models").request
    assert both.job_name == "judge"
    platform.run(both, SUCCESS)
    assert platform.tick("drifted_models").request.job_name == "train"


@pytest.mark.usefixtures("speaking")
def test_drift_of_a_model_that_speaks_no_longer_is_told(platform, drifted):
    drifted("feature", "prediction", model_id="9" * 32)
    reason = platform.tick("drifted_models").reason
    assert reason == f"what drifted of {BTC} is a model that speaks no longer"


@pytest.mark.usefixtures("speaking")
def test_broken_features_are_told_and_nothing_is_trained_on_them(platform, drifted):
    drifted("feature", status="infinite")
    tick = platform.tick("drifted_models")
    assert tick.requests == []
    assert "repair is asked for" in tick.reason
