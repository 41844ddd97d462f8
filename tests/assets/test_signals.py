"""Signals: of the champion, of the bars since its promotion, never edited."""

from datetime import UTC, datetime, timedelta

import numpy as np
import pandas as pd
import pytest

from tests.assets.conftest import LATER
from tests.assets.in_process_platform import InProcessPlatform, damage
from traderai_assets.domain.errors import CorruptModel, CorruptPartition
from traderai_assets.making.signal_page import signal_metadata
from traderai_assets.schemas.champions import CHAMPIONS
from traderai_assets.schemas.features import FEATURES
from traderai_assets.schemas.models import MODELS
from traderai_assets.schemas.predictions import PREDICTIONS
from traderai_assets.schemas.signals import SIGNALS

JUNE, JULY = "2024-06", "2024-07"
PROMOTED_AT = datetime(2024, 6, 12, 5, tzinfo=UTC)
HOUR = timedelta(hours=1)


def test_the_champion_speaks_of_every_bar_that_closed_after_its_promotion_and_of_no_other(
    old_platform: InProcessPlatform,
):
    history = old_platform.rows(CHAMPIONS)
    assert history["changed_at"].iloc[0] == PROMOTED_AT
    said = old_platform.rows(PREDICTIONS, JUNE)
    assert list(said["open_time"] + HOUR) == list(
        pd.date_range(PROMOTED_AT + HOUR, LATER.replace(minute=0), freq=HOUR)
    )
    assert set(said["model_id"]) == {history["model_id"].iloc[0]}


def test_signals_are_what_was_predicted_where_a_side_was_taken(old_platform: InProcessPlatform):
    said, given = old_platform.rows(PREDICTIONS, JUNE), old_platform.rows(SIGNALS, JUNE)
    taken = said[said["side"] != 0].reset_index(drop=True)
    assert len(taken) > 0
    shared = taken.columns.drop("word")
    pd.testing.assert_frame_equal(given[shared], taken[shared])
    assert ((said["word"] == "signal") == (said["side"] != 0)).all()


def test_features_that_change_do_not_change_what_was_said_of_their_bars(
    old_platform: InProcessPlatform,
):
    said, given = old_platform.rows(PREDICTIONS, JUNE), old_platform.rows(SIGNALS, JUNE)
    features = old_platform.hashes(FEATURES)[JUNE]
    old_platform.revise(PROMOTED_AT + 3 * HOUR, volume=1e6)
    old_platform.now_is(LATER + 3 * HOUR)
    old_platform.run("backfill", JUNE, refetch=True)
    old_platform.run("generate_signals", JUNE)
    assert old_platform.hashes(FEATURES)[JUNE] != features
    now_said, now_given = old_platform.rows(PREDICTIONS, JUNE), old_platform.rows(SIGNALS, JUNE)
    assert len(now_said) == len(said) + 3
    pd.testing.assert_frame_equal(now_said.iloc[: len(said)], said)
    pd.testing.assert_frame_equal(now_given.iloc[: len(given)], given)


def test_a_champion_whose_bytes_were_changed_is_refused_by_name_before_it_speaks(
    old_platform: InProcessPlatform,
):
    stored = old_platform.rows(MODELS, JULY)
    champion = old_platform.rows(CHAMPIONS)["model_id"].iloc[-1]
    swapped = stored["lightgbm"].map(lambda text: text.replace(b"leaf_value=", b"leaf_value=9", 1))
    old_platform.store(MODELS, JULY, stored.assign(lightgbm=swapped))
    said = old_platform.hashes(PREDICTIONS)
    old_platform.now_is(LATER + HOUR)
    old_platform.run("update_latest", JUNE)
    with pytest.raises(CorruptModel, match=champion):
        old_platform.run("generate_signals", JUNE)
    assert old_platform.hashes(PREDICTIONS) == said


def test_a_damaged_file_of_models_is_refused_by_name_before_it_is_parsed(
    old_platform: InProcessPlatform,
):
    damage(old_platform, MODELS, JULY)
    old_platform.now_is(LATER + HOUR)
    old_platform.run("update_latest", JUNE)
    with pytest.raises(CorruptPartition, match=r"binance.BTC-USDT.1h 2024-07 of table models"):
        old_platform.run("generate_signals", JUNE)


@pytest.mark.parametrize("price", [4e-7, 3e-9, 60_000.0])
def test_prices_are_shown_apart_whatever_a_coin_is_worth_and_called_indicative(price):
    given = pd.DataFrame(
        {
            "decided_at": [LATER],
            "side": [1],
            "size": [0.5],
            "paper": [True],
            "probability": [0.6123456],
            "target": [0.0012345],
            "stop": [np.nan],
            "target_price": [price * 1.001],
            "stop_price": [price * 0.999],
            "valid_until": [LATER + HOUR],
            "word": ["signal"],
        }
    )
    page = signal_metadata(given, given, title="BTC", is_over=False)
    [row] = page["last_signals"].records
    assert row.data["indicative_target_price"] == pytest.approx(price * 1.001, rel=1e-7)
    assert row.data["indicative_stop_price"] == pytest.approx(price * 0.999, rel=1e-7)
    assert (row.data["target"], row.data["stop"]) == ("0.1234%", "undefined")
