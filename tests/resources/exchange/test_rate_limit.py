"""One schedule of requests for all processes of a machine."""

import json
import subprocess
import sys
import time

import pytest

from resources.exchange.rate_limit import SharedRateLimit
from traderai_assets.domain.errors import ExchangeUnavailable
from traderai_assets.domain.venue_numbers import MAX_PAUSE_SECONDS

TAKE = """
import sys, time
from pathlib import Path
from resources.exchange.rate_limit import SharedRateLimit
limit = SharedRateLimit(Path(sys.argv[1]), "binance")
for _ in range(int(sys.argv[2])):
    limit.take(float(sys.argv[3]), at_most=60)
    print(time.time(), flush=True)
"""
HOLD = """
import sys, time
from pathlib import Path
from resources.exchange.rate_limit import SharedRateLimit
with SharedRateLimit(Path(sys.argv[1]), "binance")._locked():
    print("locked", flush=True)
    time.sleep(60)
"""


def run(code, *arguments):
    return subprocess.Popen(  # noqa: S603 - our own interpreter and text
        [sys.executable, "-c", code, *map(str, arguments)], stdout=subprocess.PIPE, text=True
    )


@pytest.mark.processes
def test_three_processes_together_ask_no_oftener_than_one_may(tmp_path):
    seconds, each = 0.02, 40
    processes = [run(TAKE, tmp_path, each, seconds) for _ in range(3)]
    outputs = [process.communicate(timeout=60)[0].split() for process in processes]
    moments = sorted(float(moment) for output in outputs for moment in output)
    assert len(moments) == 3 * each
    assert moments[-1] - moments[0] >= (3 * each - 1) * seconds * 0.99
    # All of them had turns: nobody waited for another to finish.
    firsts = [float(output[0]) for output in outputs]
    lasts = [float(output[-1]) for output in outputs]
    assert max(firsts) < min(lasts)


def test_a_request_waits_for_what_the_one_before_it_cost(tmp_path):
    limit = SharedRateLimit(tmp_path, "binance")
    limit.take(0.3, at_most=1)
    began = time.monotonic()
    limit.take(0.0, at_most=1)
    assert 0.25 < time.monotonic() - began < 0.6


def test_exchanges_do_not_wait_for_one_another(tmp_path):
    SharedRateLimit(tmp_path, "binance").take(30, at_most=1)
    SharedRateLimit(tmp_path, "kraken").take(30, at_most=0)


def test_a_pause_holds_for_everyone_and_is_refused_at_once_where_it_is_too_long(tmp_path):
    SharedRateLimit(tmp_path, "binance").pause(600)
    other = SharedRateLimit(tmp_path, "binance")
    before = (tmp_path / "binance.allowance").read_text()
    began = time.monotonic()
    with pytest.raises(ExchangeUnavailable, match=r"binance must not be asked before 20\d\d-"):
        other.take(1, at_most=100)
    assert time.monotonic() - began < 1
    assert (tmp_path / "binance.allowance").read_text() == before


def test_a_shorter_pause_does_not_shorten_a_longer_one(tmp_path):
    limit = SharedRateLimit(tmp_path, "binance")
    limit.pause(600)
    limit.pause(1)
    with pytest.raises(ExchangeUnavailable):
        limit.take(1, at_most=500)


def test_a_mad_pause_is_believed_for_a_quarter_of_an_hour_and_names_the_way_out(tmp_path):
    SharedRateLimit(tmp_path, "binance").pause(float("inf"))
    booking = json.loads((tmp_path / "binance.allowance").read_text())
    assert booking["free_at"] - booking["booked_at"] == pytest.approx(15 * 60)
    with pytest.raises(ExchangeUnavailable) as raised:
        SharedRateLimit(tmp_path, "binance").take(1, at_most=120)
    way_out = f'"rm {tmp_path / "binance.allowance"}"'
    assert all(part in str(raised.value) for part in ("15 min are believed", way_out))
    (tmp_path / "binance.allowance").unlink()
    SharedRateLimit(tmp_path, "binance").take(0, at_most=0)


@pytest.mark.parametrize("booked", ["long ago", "by a clock ten years ahead"])
def test_whatever_the_file_says_requests_go_on_by_itself(tmp_path, monkeypatch, booked):
    now = time.time()
    at = now - 3600 if booked == "long ago" else now + 10 * 365 * 86400
    file = tmp_path / "binance.allowance"
    file.write_text(json.dumps({"booked_at": at, "free_at": at + 30 * 86400}))
    limit = SharedRateLimit(tmp_path, "binance")
    if booked != "long ago":
        with pytest.raises(ExchangeUnavailable):
            limit.take(0, at_most=60)
    monkeypatch.setattr(time, "time", lambda: now + MAX_PAUSE_SECONDS + 1)
    limit.take(0, at_most=0)


def test_a_clock_that_jumps_back_costs_no_hour(tmp_path, monkeypatch):
    limit = SharedRateLimit(tmp_path, "binance")
    limit.take(0.2, at_most=1)
    now = time.time()
    monkeypatch.setattr(time, "time", lambda: now - 3600)
    began = time.monotonic()
    limit.take(0, at_most=1)
    assert time.monotonic() - began < 1


@pytest.mark.parametrize("torn", ["", "{", "[]", '{"free_at": 1e99}', '{"booked_at": {}}', "\0"])
def test_a_torn_file_is_an_empty_one(tmp_path, torn):
    (tmp_path / "binance.allowance").write_text(torn)
    SharedRateLimit(tmp_path, "binance").take(0, at_most=0)


@pytest.mark.processes
def test_a_killed_holder_of_the_lock_holds_nobody_up(tmp_path):
    holder = run(HOLD, tmp_path)
    assert holder.stdout.readline() == "locked\n"
    holder.kill()
    SharedRateLimit(tmp_path, "binance").take(0, at_most=1)
    holder.communicate(timeout=10)
