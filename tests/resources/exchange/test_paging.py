"""Pages advance by time, hide nothing, and hold no candle that might still be open."""

import json
from datetime import UTC, datetime, timedelta

import numpy as np
import pandas as pd
import pytest

from traderai_assets.domain.markets import Market

START = datetime(2024, 1, 1, tzinfo=UTC)
BAR = timedelta(minutes=5)
MARKET = Market("binance", "BTC/USDT", "5m")
KRAKEN = Market("kraken", "BTC/USD", "5m")
LATER = START + 10_000 * BAR


def candles_of(pages):
    frames = [page.candles for page in pages]
    return pd.concat(frames, ignore_index=True) if frames else pd.DataFrame()


def bars_of(pages):
    """How many bars after START each candle opened."""
    return ((candles_of(pages)["open_time"] - START) // BAR).tolist()


@pytest.mark.parametrize("bars", [1, 998, 999, 1000, 1998, 1999])
def test_pages_meet_and_end_where_they_were_told_to(venue, exchange, bars):
    venue.now = START + 3000 * BAR
    venue.trade(START - 5 * BAR, venue.now)
    pages = list(exchange.pages(MARKET, START, START + bars * BAR))
    assert [page.start for page in pages] == [START, *(page.end for page in pages[:-1])]
    assert pages[-1].end == START + bars * BAR
    assert bars_of(pages) == list(range(bars))


def test_an_outage_longer_than_many_pages_hides_nothing_behind_it(venue, exchange):
    venue.now = START + 50_000 * BAR
    venue.trade(START, START + 100 * BAR)
    venue.trade(START + 44_512 * BAR, START + 46_000 * BAR)
    pages = list(exchange.pages(MARKET, START, START + 45_000 * BAR))
    assert bars_of(pages) == [*range(100), *range(44_512, 45_000)]
    assert pages[-1].end == START + 45_000 * BAR
    assert len(venue.asked) < 12  # And 44,412 absent bars are crossed in one step


def test_a_page_that_is_empty_although_asked_twice_does_not_end_the_span(venue, exchange):
    venue.now = START + 3000 * BAR
    venue.trade(START, venue.now)
    venue.halt(START, START + 1100 * BAR)
    venue.payload = None
    okx = Market("okx", "BTC/USDT", "5m")  # Serves windows: an empty one says nothing of the next
    pages = list(exchange.pages(okx, START, START + 1500 * BAR))
    assert len(pages[0].candles) == 0
    assert bars_of(pages) == list(range(1100, 1500))


def test_a_market_that_was_listed_later_is_empty_before(venue, exchange):
    venue.now = START + 6000 * BAR
    venue.trade(START + 2500 * BAR, venue.now)
    pages = list(exchange.pages(MARKET, START, START + 4000 * BAR))
    assert bars_of(pages) == list(range(2500, 4000))
    assert (pages[0].start, pages[-1].end) == (START, START + 4000 * BAR)


def test_a_start_between_two_bars_begins_with_the_next_bar(venue, exchange):
    venue.now = START + 100 * BAR
    venue.trade(START - 5 * BAR, venue.now)
    first, *_ = exchange.pages(MARKET, START + timedelta(seconds=7), START + 50 * BAR)
    assert first.start == START + timedelta(seconds=7)
    assert bars_of([first]) == list(range(1, 50))


def test_an_exchange_that_hands_out_less_than_it_should_is_asked_until_nothing_lacks(
    venue, exchange
):
    venue.cap = 300
    venue.now = START + 3000 * BAR
    venue.trade(START, venue.now)
    assert bars_of(exchange.pages(MARKET, START, START + 2000 * BAR)) == list(range(2000))


def test_rows_that_lack_once_are_there_when_asked_again(venue, exchange):
    venue.now = START + 100 * BAR
    venue.trade(START, venue.now)
    whole = dict(venue.candles)
    venue.halt(START + 10 * BAR, START + 20 * BAR)
    venue.faults.append(None)

    def restore(handler):
        venue.candles = whole
        handler.do_GET()

    venue.faults.append(restore)
    (page,) = exchange.pages(MARKET, START, START + 50 * BAR)
    assert bars_of([page]) == list(range(50))


def test_one_empty_answer_is_no_gap(venue, exchange):
    venue.now = START + 3000 * BAR
    venue.trade(START, venue.now)
    from_nothing = [lambda handler: _send(handler, [])]
    venue.faults.extend(from_nothing)
    assert bars_of(exchange.pages(MARKET, START, START + 50 * BAR)) == list(range(50))


def test_a_passing_bad_row_heals_and_a_lasting_one_is_quarantined(venue, exchange):
    venue.now = START + 100 * BAR
    venue.trade(START, venue.now)
    lasting, passing = (int((START + place * BAR).timestamp() * 1000) for place in (3, 7))
    venue.candles[lasting][1] = venue.candles[lasting][2] - 1  # High below low
    sound = venue.candles[passing]
    venue.candles[passing] = [0.0, *sound[1:]]

    def heal(handler):
        venue.candles[passing] = sound
        handler.do_GET()

    venue.faults.extend([None, heal])
    (page,) = exchange.pages(MARKET, START, START + 10 * BAR)
    assert bars_of([page]) == [0, 1, 2, 4, 5, 6, 7, 8, 9]
    assert page.quarantined["reason"].tolist() == ["high_below_low"]
    assert page.quarantined["open_time"].tolist() == [pd.Timestamp(START + 3 * BAR)]
    assert json.loads(page.quarantined["raw"].iloc[0])[2] == str(venue.candles[lasting][1])


def test_a_row_from_the_future_is_quarantined_and_proves_nothing(venue, exchange):
    venue.now = START + 10 * BAR + timedelta(minutes=1)
    venue.trade(START, venue.now)
    following = int((START + 11 * BAR).timestamp() * 1000)
    rows = [[t, *map(str, c)] for t, c in venue.candles.items()]
    venue.payload = lambda _: [*rows, [following, *rows[-1][1:]]]
    (page,) = exchange.pages(MARKET, START, LATER)
    assert page.end == START + 10 * BAR
    assert page.quarantined["reason"].tolist() == ["future_time"]


def test_a_bar_that_opens_between_clock_and_answer_is_no_row_from_the_future(venue, exchange):
    venue.now = START + 10 * BAR - timedelta(seconds=1)
    venue.trade(START, START + 11 * BAR)
    rows = [[t, *map(str, c)] for t, c in venue.candles.items()]

    def late_answer(_):
        venue.now = START + 10 * BAR + timedelta(seconds=2)
        return rows

    venue.payload = late_answer
    (page,) = exchange.pages(MARKET, START, START + 10 * BAR)
    assert page.quarantined.empty
    assert page.end == START + 9 * BAR  # By the clock that was read before
    assert bars_of([page]) == list(range(9))


@pytest.mark.parametrize("hours", [1, 5, 23])
def test_a_clock_that_runs_ahead_lets_no_open_candle_through(venue, exchange, hours):
    truth = START + 1000 * BAR + timedelta(minutes=2)
    venue.trade(START, truth)
    venue.now = truth + timedelta(hours=hours)
    (page,) = exchange.pages(MARKET, START + 900 * BAR, LATER)
    assert page.end == START + 1000 * BAR  # The open candle's own open time
    assert bars_of([page]) == list(range(900, 1000))


def test_a_clock_that_jumped_back_yields_less_and_accuses_nobody(venue, exchange):
    venue.trade(START, START + 100 * BAR)
    venue.now = START + 88 * BAR  # An hour behind the candles
    rows = [[t, *map(str, c)] for t, c in venue.candles.items()]
    venue.payload = lambda q: [r for r in rows if r[0] >= int(q["startTime"])][: int(q["limit"])]
    (page,) = exchange.pages(MARKET, START + 50 * BAR, LATER)
    assert bars_of([page]) == list(range(50, 88))
    assert page.quarantined.empty
    assert list(exchange.pages(MARKET, START + 95 * BAR, LATER)) == []


def test_the_last_bar_of_a_silent_market_waits_for_the_next_one_or_for_a_day(venue, exchange):
    venue.trade(START, START + 10 * BAR)
    for waited, closed in [(timedelta(hours=2), 9), (timedelta(days=1, minutes=10), 12)]:
        exchange.close()
        venue.now = START + 10 * BAR + waited
        pages = list(exchange.pages(MARKET, START, LATER))
        assert bars_of(pages) == list(range(min(closed, 10)))
        assert pages[-1].end == START + closed * BAR


def test_nothing_is_yielded_where_nothing_is_closed(venue, exchange):
    venue.now = START + timedelta(minutes=4, seconds=59)
    venue.trade(START, venue.now)
    assert list(exchange.pages(MARKET, START, LATER)) == []
    assert list(exchange.pages(MARKET, START, START)) == []


def boundaries_hold(venue, exchange, count):
    """Fetch right around bar boundaries while the venue's clock moves with every request."""
    dice = np.random.default_rng(20240101)
    venue.trade(START, START + (count + 20) * BAR)
    for boundary in range(12, count + 12):
        venue.now = START + boundary * BAR - timedelta(milliseconds=int(dice.integers(0, 3000)))

        def serve(query):
            venue.now += timedelta(milliseconds=int(dice.integers(0, 2000)))
            rows = venue.served(int(query["startTime"]), int(query["limit"]))
            opened = [r if r[0] + 300_000 <= ms(venue.now) else [r[0], *[7.0] * 5] for r in rows]
            return [[r[0], *map(str, r[1:])] for r in opened]

        exchange._clocks.clear()
        venue.payload = serve
        asked_at = venue.now
        pages = list(exchange.pages(MARKET, START + (boundary - 12) * BAR, LATER))
        candles = candles_of(pages)
        assert (candles["close"] != 7.0).all()  # What an open candle says here
        newest = candles["open_time"].iloc[-1] + BAR
        assert asked_at - BAR < newest <= venue.now
        assert not any(len(page.quarantined) for page in pages)


def test_no_open_candle_is_returned_around_a_boundary(venue, exchange):
    boundaries_hold(venue, exchange, 60)


@pytest.mark.torture
def test_no_open_candle_is_returned_around_a_thousand_boundaries(venue, exchange):
    boundaries_hold(venue, exchange, 1000)


def test_kraken_says_what_is_out_of_its_reach_and_serves_the_rest(venue, exchange):
    venue.now = START + 2000 * BAR + timedelta(minutes=1)
    venue.trade(START, venue.now)
    out_of_reach, *rest = exchange.pages(KRAKEN, START, LATER)
    # 720 rows, of which the last is open
    assert (out_of_reach.start, out_of_reach.end) == (START, START + 1281 * BAR)
    assert out_of_reach.served_from == START + 1281 * BAR
    assert out_of_reach.candles.empty
    assert bars_of(rest) == list(range(1281, 2000))


def test_what_is_out_of_reach_is_asked_for_once_in_a_run(venue, exchange):
    venue.now = START + 2000 * BAR + timedelta(minutes=1)
    venue.trade(START, venue.now)
    for month in range(4):
        span = START + 300 * month * BAR, START + 300 * (month + 1) * BAR
        [page] = exchange.pages(KRAKEN, *span)
        assert (page.start, page.end) == span
        assert page.served_from == START + 1281 * BAR
    assert len(venue.asked) == 2


def test_pages_tell_which_bars_the_exchange_named_also_outside_of_them(venue, exchange):
    venue.now = START + 100 * BAR
    venue.trade(START, venue.now)
    venue.halt(START + 10 * BAR, START + 20 * BAR)
    [hole] = exchange.pages(MARKET, START + 10 * BAR, START + 20 * BAR)
    assert (hole.named_from, hole.named_to) == (START + 20 * BAR, START + 30 * BAR)
    [whole] = exchange.pages(MARKET, START, START + 50 * BAR)
    assert (whole.named_from, whole.named_to) == (START, START + 60 * BAR)


def test_what_was_silent_before_is_asked_for_once_and_not_twice_in_one_breath(venue, exchange):
    venue.now = START + 3000 * BAR
    venue.trade(START, venue.now)
    venue.payload = lambda _: []
    for again, asked in ((False, 2), (True, 1)):
        venue.asked.clear()
        [page] = exchange.pages(MARKET, START, START + 50 * BAR, again=again)
        assert (page.named_from, len(venue.asked)) == (None, asked)


def test_kraken_serves_what_it_still_has(venue, exchange):
    venue.now = START + 2000 * BAR + timedelta(minutes=1)
    venue.trade(START, venue.now)
    pages = list(exchange.pages(KRAKEN, START + 1400 * BAR, LATER))
    assert bars_of(pages) == list(range(1400, 2000))


def test_a_gap_inside_the_history_of_kraken_is_a_gap(venue, exchange):
    venue.now = START + 2000 * BAR + timedelta(minutes=1)
    venue.trade(START, venue.now)
    venue.halt(START + 1800 * BAR, START + 1805 * BAR)
    pages = list(exchange.pages(KRAKEN, START + 1800 * BAR, START + 1805 * BAR))
    assert (len(candles_of(pages)), pages[-1].end) == (0, START + 1805 * BAR)


def test_a_market_kraken_listed_lately_is_empty_before(venue, exchange):
    venue.now = START + 2000 * BAR + timedelta(minutes=1)
    venue.trade(START + 1500 * BAR, venue.now)
    pages = list(exchange.pages(KRAKEN, START, LATER))
    assert bars_of(pages) == list(range(1500, 2000))
    assert pages[0].start == START


@pytest.mark.parametrize("served", [100, 500, 1000])
@pytest.mark.parametrize("bars", [1, 99, 2000])
def test_an_exchange_that_always_serves_its_newest_rows_is_found_out(venue, exchange, served, bars):
    venue.newest_only = served
    venue.now = START + 2000 * BAR + timedelta(minutes=1)
    venue.trade(START, venue.now)
    pages = list(exchange.pages(MARKET, START, START + bars * BAR))
    assert pages[0].served_from > START
    assert pages[-1].end == START + bars * BAR
    reached = max(2000 - served + 1, 0)
    assert bars_of(pages)[-3:] == list(range(reached, bars))[-3:]


def test_an_exchange_that_heeds_no_number_of_rows_may_have_outages(venue, exchange):
    venue.now = START + 5000 * BAR + timedelta(minutes=1)
    venue.trade(START, venue.now)
    venue.halt(START + 10 * BAR, START + 30 * BAR)
    venue.payload = lambda q: [
        [r[0], *map(str, r[1:])] for r in venue.served(int(q["startTime"]), 1000)
    ]
    pages = list(exchange.pages(MARKET, START + 10 * BAR, START + 40 * BAR))
    assert bars_of(pages) == list(range(30, 40))


def test_a_listing_exactly_one_page_ago_is_not_taken_for_missing_history(venue, exchange):
    venue.now = START + 1999 * BAR + timedelta(minutes=1)
    venue.trade(START + 1000 * BAR, venue.now)
    assert len(venue.opened()) == 1000
    pages = list(exchange.pages(MARKET, START + 500 * BAR, LATER))
    assert bars_of(pages) == list(range(1000, 1999))


def ms(moment):
    return int(moment.timestamp() * 1000)


def _send(handler, answer):
    body = json.dumps(answer).encode()
    handler.send_response(200)
    handler.send_header("Content-Length", str(len(body)))
    handler.end_headers()
    handler.wfile.write(body)
