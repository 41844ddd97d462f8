"""How far is read: as far as before where that was enough, and as far as it takes elsewhere."""

import re
from datetime import timedelta
from pathlib import Path

import pytest

from traderai_assets.domain.features.catalogue import CATALOGUE
from traderai_assets.domain.features.month import warm_up_bars, warm_up_start
from traderai_assets.domain.labels.barriers import label_memory
from traderai_assets.domain.limits import MAX_WARM_UP_BARS
from traderai_assets.domain.markets import BARS
from traderai_assets.domain.months import Month
from traderai_assets.domain.spans.reach import READINGS, Reach
from traderai_assets.domain.spans.search_months import search_look_back, search_month

REPOSITORY = Path(__file__).parents[3]
MARCH = Month(2026, 3)  # The month before it is the shortest there is
ORDINARY = {
    "features": (-1, 0),
    "labels": (-1, 0),
    "training": (-2, -1),
    "training_candles": (-2, -1),
    "backtests": (-2, 0),
    "decisions": (-1, 0),
    "outcomes": (-1, 0),
    "snapshots": (-1, 1),
    "drift": (-1, 0),
}


@pytest.mark.parametrize("timeframe", ["1m", "5m", "15m", "30m", "1h"])
@pytest.mark.parametrize("days", [2, 7, 30])
@pytest.mark.parametrize("horizon", [1, 12, 191])
def test_bars_up_to_an_hour_and_thirty_days_read_the_months_they_always_read(
    timeframe, days, horizon
):
    reach = Reach(days, horizon, horizon)
    read = {name: reading(reach, BARS[timeframe]) for name, reading in READINGS.items()}
    assert read == ORDINARY
    assert reach.history_days(BARS[timeframe]) == days


def test_a_year_of_days_reads_the_months_of_its_warm_up_before_those_of_the_year():
    reach, day = Reach(365, 12, 24), BARS["1d"]
    assert reach.training(day) == (-13, -1)
    assert reach.features(day) == (-10, 0)  # 300 days
    assert reach.labels(day) == (-11, 0)  # 288 + 2 * 12 + 1 = 313 days; ten months may be 303
    assert reach.decisions(day) == (-10, 0)  # 288 days
    assert reach.training_candles(day) == (-23, -1)
    assert reach.outcomes(day) == (-1, 0)  # 25 days
    assert reach.history_days(day) == 365 + 11 * 31


@pytest.mark.parametrize("timeframe", BARS)
@pytest.mark.parametrize("horizon", [1, 48, 200])
def test_what_features_and_labels_look_back_on_opens_in_the_months_they_read(timeframe, horizon):
    bar, reach = BARS[timeframe], Reach(30, horizon, horizon)
    assert max(spec.warm_up_bars for spec in CATALOGUE) <= MAX_WARM_UP_BARS
    assert reach.features(bar).months(MARCH)[0].start <= warm_up_start(MARCH, bar)
    assert warm_up_start(MARCH, bar) <= MARCH.start - MAX_WARM_UP_BARS * bar
    assert reach.labels(bar).months(MARCH)[0].start <= MARCH.start - label_memory(bar, horizon)


@pytest.mark.parametrize("timeframe", ["1m", "5m", "1h"])
def test_features_of_short_bars_warm_up_on_twice_what_the_hungriest_needs(timeframe):
    bar = BARS[timeframe]
    assert warm_up_start(MARCH, bar) == MARCH.start - warm_up_bars() * bar


def test_signals_of_a_long_horizon_are_read_as_long_as_they_may_be_open():
    reach = Reach(30, 48, 100)
    assert reach.outcomes(timedelta(days=1)) == (-4, 0)  # 101 days
    assert reach.snapshots(timedelta(days=1)) == (-10, 4)


@pytest.mark.parametrize("timeframe", ["5m", "1h", "1d"])
@pytest.mark.parametrize("days", [2, 30, 365, 730])
def test_refits_read_back_to_the_look_back_of_their_search_month(timeframe, days):
    bar = BARS[timeframe]
    plain, quarterly = Reach(days, 12, 24), Reach(days, 12, 24, refits=2)
    last = Month(2026, 6)  # Searched by April's
    april = search_look_back(search_month(last, 2), days)
    assert {*april.months} <= {*plain.look_back(bar).months(Month(2026, 4))}
    for reading in (Reach.training, Reach.training_candles):
        assert reading(quarterly, bar) == (reading(plain, bar).first - 2, -1)
    read = quarterly.training_candles(bar).months(last)
    assert read[0] == plain.look_back_candles(bar).months(Month(2026, 4))[0]
    for reading in (Reach.backtests, Reach.history_days):
        assert reading(quarterly, bar) == reading(plain, bar)


# Neighbours, whose first or last bar is asked for, and what an older version wrote; none is a reach
NEIGHBOURS = {
    "traderai_assets/domain/freshness/candles.py",
    "traderai_assets/gate/provenance.py",
    "traderai_assets/ingest/candle_month.py",
}
WRITTEN_OUT = re.compile(
    r"\.(shift\(-\d|before\(\d)|months_around\((-?[1-9]|0, [1-9])|LOOK_BACK_MONTHS"
)


def test_no_other_file_writes_out_how_many_months_are_read():
    files = [
        file
        for package in ("traderai_assets", "resources", "sensors")
        for file in (REPOSITORY / package).rglob("*.py")
    ]
    found = {
        str(file.relative_to(REPOSITORY)): line.strip()
        for file in files
        for line in file.read_text().splitlines()
        if WRITTEN_OUT.search(line)
    }
    assert {name: line for name, line in found.items() if name not in NEIGHBOURS} == {}
