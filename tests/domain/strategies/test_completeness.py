"""Up to where a record is whole: a look must not be made of a past that is still being made."""

from datetime import UTC, datetime

import pandas as pd

from traderai_assets.domain.months import Month
from traderai_assets.domain.strategies.completeness import RecordedMarket, whole_until


def months(*keys):
    return [Month.parse(key) for key in keys]


def market(recorded, last_day, candles, known_until):
    return RecordedMarket(
        months(*recorded),
        pd.Timestamp(last_day, tz="UTC"),
        months(*candles),
        datetime.fromisoformat(known_until).replace(tzinfo=UTC),
    )


THREE = ("2024-03", "2024-04", "2024-05")


def until(**markets):
    found = whole_until(markets)
    return None if found is None else f"{found:%Y-%m-%d}"


def test_the_market_that_is_behind_decides():
    ahead = market(THREE, "2024-05-20", THREE, "2024-05-21T04:00")
    behind = market(THREE, "2024-05-10", THREE, "2024-05-21T04:00")
    assert until(a=ahead) == "2024-05-21"
    assert until(a=ahead, b=behind) == "2024-05-11"


def test_a_month_that_is_missing_in_between_ends_it_and_those_before_the_first_do_not():
    hole = market(("2024-03", "2024-05"), "2024-05-20", THREE, "2024-05-21T04:00")
    late = market(("2024-05",), "2024-05-20", THREE, "2024-05-21T04:00")
    assert until(a=hole) == "2024-04-01"
    assert until(a=late) == "2024-05-21"


def test_a_market_whose_candles_have_ended_is_waited_for_no_longer():
    ended = market(("2024-03",), "2024-03-31", ("2024-03",), "2024-04-01T00:00")
    going = market(THREE, "2024-05-20", THREE, "2024-05-21T04:00")
    assert until(a=ended, b=going) == "2024-05-21"
    assert until(a=ended) == "2024-04-01"


def test_there_is_none_without_a_record():
    assert until() is None
