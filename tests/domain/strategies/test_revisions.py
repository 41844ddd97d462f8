"""Revisions: nothing that was recorded is changed, and what counts is the newest."""

from datetime import UTC, datetime

import pandas as pd
import pytest

from traderai_assets.domain.strategies.days import MARKET_DAY_COLUMNS
from traderai_assets.domain.strategies.revisions import (
    REVISION_COLUMNS,
    newest_revisions,
    revisions_of,
    strategy_record,
)
from traderai_assets.schemas.record import RECORD_DAYS
from traderai_assets.schemas.rows import validated_rows

ONE, OTHER = "1" * 16, "2" * 16
AT = datetime(2024, 6, 1, tzinfo=UTC)
NOTHING = RECORD_DAYS.empty()[list(REVISION_COLUMNS)]


def fresh(*nets, model="a" * 32, state="served"):
    days = pd.date_range("2024-05-01", periods=len(nets), tz="UTC").as_unit("ms")
    frame = pd.DataFrame({"day": days, "model_id": model, "net": nets, "state": state})
    zeros = ("gross", "costs", "funding", "turnover", "exposure", "buy_and_hold")
    made = frame.assign(**dict.fromkeys(zeros, 0.0), trades=0, origin="backfill")
    return made.astype({"model_id": "str"})[list(MARKET_DAY_COLUMNS)]


def after(stored, now, strategy=ONE):
    added = revisions_of(stored, now, strategy=strategy, recorded_at=AT)
    return pd.concat([stored, added], ignore_index=True) if len(stored) else added


def test_a_first_record_can_be_stored_and_the_same_again_adds_nothing():
    stored = after(NOTHING, fresh(0.1, 0.2))
    assert stored["revision"].tolist() == [1, 1]
    assert set(stored["cause"]) == {"first"}
    assert len(validated_rows(RECORD_DAYS, stored)) == 2
    assert revisions_of(stored, fresh(0.1, 0.2), strategy=ONE, recorded_at=AT).empty


@pytest.mark.parametrize(
    ("now", "cause"),
    [
        (fresh(0.1, 0.3), "candles"),
        (fresh(0.1, 0.2).assign(buy_and_hold=[0.0, 0.1]), "candles"),
        (fresh(0.1, 0.2).assign(model_id=["a" * 32, "b" * 32]), "model"),
        (fresh(0.1, 0.9).assign(model_id=["a" * 32, "b" * 32]), "model"),
        (fresh(0.1, 0.2).assign(model_id=["a" * 32, None]), "model"),
    ],
)
def test_a_day_that_is_another_now_is_written_down_beside_with_its_cause(now, cause):
    stored = after(NOTHING, fresh(0.1, 0.2))
    both = after(stored, now)
    pd.testing.assert_frame_equal(both.iloc[:2], stored)
    assert both.iloc[2:][["revision", "cause"]].to_numpy().tolist() == [[2, cause]]
    newest = newest_revisions(both, ONE)
    assert newest["net"].tolist() == now["net"].tolist()


def test_a_day_that_is_no_longer_made_stays_as_it_was_recorded():
    stored = after(NOTHING, fresh(0.1, 0.2))
    assert after(stored, fresh(0.1)).equals(stored)


def test_days_without_a_model_are_recorded_once_and_revised_by_the_first_model():
    none = fresh(0.0, 0.0, model=None, state="no_model")
    stored = after(NOTHING, none)
    assert revisions_of(stored, none, strategy=ONE, recorded_at=AT).empty
    assert after(stored, fresh(0.1, 0.2))["cause"].tolist() == ["first"] * 2 + ["model"] * 2


def test_strategies_under_one_name_have_days_of_their_own():
    stored = after(after(NOTHING, fresh(0.1)), fresh(0.5), OTHER)
    assert stored["cause"].tolist() == ["first", "first"]
    assert newest_revisions(stored, ONE)["net"].tolist() == [0.1]
    assert newest_revisions(stored, OTHER)["net"].tolist() == [0.5]


def test_a_record_joins_markets_and_begins_with_the_first_model_of_each():
    late = fresh(0.0, 0.4, 0.0)
    late["state"] = ["no_model", "served", "no_model"]
    stored = {
        "b": after(NOTHING, late),
        "a": after(after(NOTHING, fresh(0.1, 0.2)), fresh(0.3, 0.2)),
    }
    days = strategy_record(stored, ONE).days
    assert days[["market", "net"]].to_numpy().tolist() == [
        ["a", 0.3],
        ["a", 0.2],
        ["b", 0.4],
        ["b", 0.0],
    ]
    assert strategy_record(stored, OTHER).days.empty
