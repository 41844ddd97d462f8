"""What each row fault does to the rows a client gets; the truth is the same page asked before."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest

from traderai_assets.sandbox.fault_rules import FaultRule, Revision

PAGE = "/api/v3/klines?symbol=BTCUSDT&interval=5m&limit=20"
FIVE_MINUTES = 300_000


@pytest.fixture
def struck(sandbox, wire):
    """The right page, and the page with a rule in force."""

    def strike(**rule):
        right = wire.json(PAGE)
        sandbox.faults.add(FaultRule(**rule))
        return right, wire.json(PAGE)

    return strike


def test_duplicate_rows_follow_each_other(struck):
    right, wrong = struck(kind="duplicate", rows=2)
    assert len(wrong) == 22
    twice = [row for row, following in pairwise(wrong) if row == following]
    assert len(twice) == 2
    assert sorted({tuple(row) for row in wrong}) == [tuple(row) for row in right]


def test_missing_rows_are_left_out_and_nothing_else(struck):
    right, wrong = struck(kind="missing", rows=3)
    assert len(wrong) == 17
    assert [row for row in right if row in wrong] == wrong


def test_missing_rows_can_be_pinned_to_a_span_for_ever(sandbox, wire):
    noon = sandbox.clock.now()
    span = {"since": noon - timedelta(minutes=30), "until": noon - timedelta(minutes=15)}
    sandbox.faults.add(FaultRule(kind="missing", count=None, rows=100, **span))
    for _ in range(3):
        gaps = [later[0] - row[0] for row, later in pairwise(wire.json(PAGE))]
        assert gaps.count(4 * FIVE_MINUTES) == 1
        assert gaps.count(FIVE_MINUTES) == 15


def test_shuffled_rows_are_the_same_rows(struck):
    right, wrong = struck(kind="shuffle", seed=4)
    assert wrong != right
    assert sorted(wrong) == right


def test_an_off_grid_row_is_extra(struck):
    right, wrong = struck(kind="off_grid")
    (extra,) = [row for row in wrong if row not in right]
    assert extra[0] % FIVE_MINUTES == FIVE_MINUTES // 3
    assert [row for row in wrong if row != extra] == right


def test_a_future_row_is_extra_and_opens_after_the_clock(struck, sandbox):
    right, wrong = struck(kind="future", rows=2)
    now = sandbox.clock.now_ms()
    assert wrong[:20] == right
    assert [row[0] for row in wrong[20:]] == [now + FIVE_MINUTES, now + 2 * FIVE_MINUTES]


@pytest.mark.parametrize(
    ("garbage", "value"),
    [
        ("none", None),
        ("nan", "NaN"),
        ("inf", "Infinity"),
        ("zero", "0.00000000"),
        ("negative", "-1.00000000"),
        ("text", "not a number"),
    ],
)
@pytest.mark.parametrize(("column", "place"), [("close", 4), ("volume", 5)])
def test_garbage_takes_the_place_of_one_value(struck, garbage, value, column, place):
    right, wrong = struck(kind="garbage", garbage=garbage, column=column)
    (changed,) = [index for index in range(20) if right[index] != wrong[index]]
    assert wrong[changed][place] == value
    right[changed][place] = value
    assert right == wrong


def test_a_high_can_lie_below_its_low(struck):
    right, wrong = struck(kind="garbage", garbage="high_below_low", rows=20)
    assert all(float(row[2]) < float(row[3]) for row in wrong)
    assert [row[:2] for row in wrong] == [row[:2] for row in right]


def test_bad_rows_reach_a_ccxt_user_as_they_do_from_a_real_venue(sandbox, binance):
    sandbox.faults.add(
        FaultRule(kind="garbage", garbage="none", endpoint="/api/v3/klines"),
        FaultRule(kind="duplicate", endpoint="/api/v3/klines"),
    )
    rows = binance.fetch_ohlcv("BTC/USDT", "5m", limit=50)
    assert sum(row[4] is None for row in rows) >= 1
    times = [row[0] for row in rows]
    assert len(times) - len(set(times)) == 1


def test_a_revised_candle_stays_revised(sandbox, wire):
    right = wire.json(PAGE)
    opened = datetime.fromtimestamp(right[3][0] / 1000, tz=UTC)
    sandbox.faults.add(
        Revision(
            symbol="BTC/USDT",
            timeframe="5m",
            open_time=opened,
            values={"close": 101.5, "volume": 7.25},
        )
    )
    right[3][4:6] = ["101.5", "7.25"]
    for _ in range(2):
        assert wire.json(PAGE) == right
    assert wire.json(PAGE.replace("BTC", "ETH"))[3][5] != "7.25"


def test_the_second_of_two_faults_finds_nothing_left_to_strike(sandbox, wire):
    sandbox.faults.add(FaultRule(kind="missing", rows=1000), FaultRule(kind="future"))
    assert wire.json(PAGE) == []
