"""Snapshots: what the model of a month would have said in it, never having seen a bar of it."""

import json

from tests.assets.in_process_platform import InProcessPlatform
from traderai_assets.domain.months import Month
from traderai_assets.schemas.models import MODELS
from traderai_assets.schemas.signal_snapshots import SIGNAL_SNAPSHOTS

MAY = Month.parse("2024-05")


def test_the_snapshot_of_a_month_is_the_word_of_its_own_model_trained_before_it(
    old_platform: InProcessPlatform,
):
    replayed = old_platform.rows(SIGNAL_SNAPSHOTS, MAY.key)
    [model] = old_platform.rows(MODELS, MAY.key).to_dict("records")
    assert set(replayed["model_id"]) == {model["model_id"]}
    assert json.loads(model["card"])["inputs"]["look_back"].endswith("/2024-05-01T00:00:00+00:00")
    assert model["trained_until"] <= MAY.start
    assert replayed["open_time"].between(MAY.start, MAY.end, inclusive="left").all()
    assert "open" not in set(replayed["status"])
    assert replayed[["target", "stop", "entry_price"]].notna().all().all()
