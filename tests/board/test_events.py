"""What changes is told to whose page shows it, once, and nobody looks where nobody listens."""

import socket
import time
from contextlib import ExitStack

import dagster as dg
import pandas as pd
import pytest

from resources.lake.resource import LakeResource
from tests.board.conftest import add_run
from tests.board.served import Events, board_served, seen_in
from traderai_assets.schemas.signals import SIGNALS

pytestmark = pytest.mark.processes
QUIET = 6.0  # Three looks
SOON = 10.0


@pytest.fixture
def listen(board):
    """Open pages: each is told of what happened since it was made."""
    with ExitStack() as stack:

        def opened(path, **headers):
            events = Events(board.port, path, seen_in(board.page(path)), **headers)
            stack.callback(events.close)
            return events

        yield opened
    board.until(lambda: board.info()["listeners"] == 0)


def instance_of(home):
    return dg.DagsterInstance.from_config(str(home / "dagster"))


def test_a_run_is_told_to_every_page_of_runs_and_to_no_other(board, lived_home, listen):
    now, queue, models = listen("/"), listen("/queue"), listen("/models")
    assert now.next_change(QUIET) is None
    with instance_of(lived_home) as instance:
        add_run(instance, "train", dg.DagsterRunStatus.QUEUED)
    told = [one.next_change(SOON) for one in (now, queue)]
    assert None not in told
    assert models.next_change(QUIET) is None
    # Once: what was told is what a page is made of from then on
    assert now.next_change(QUIET) is None
    assert seen_in(board.page("/queue")) == told[1]


def test_a_change_of_the_lake_is_told_to_pages_that_show_the_table(lived_home, listen):
    market, queue = listen("/markets"), listen("/queue")
    lake = LakeResource(root=str(lived_home / "lake"))
    snapshot = lake.snapshot(SIGNALS)
    [key] = snapshot.markets()
    month = snapshot.months(key)[-1]
    rows = snapshot.read(key, [month])
    # One more signal, at a bar that has none
    last = rows.iloc[[-1]].copy()
    for name in ("open_time", "decided_at", "valid_until", "valid_from"):
        last[name] = last[name] + (rows["open_time"].iloc[-1] - rows["open_time"].iloc[-2])
    last["signal_id"] = pd.Series([None], index=last.index, dtype="str")
    more = pd.concat([rows, last], ignore_index=True)
    snapshot.publish({(key, month): more}, run_id="test", code_version="1")
    assert market.next_change(SOON)
    assert queue.next_change(QUIET) is None


def test_a_page_that_was_made_before_a_change_is_told_when_it_listens_after(board, lived_home):
    seen = seen_in(board.page("/queue"))
    with instance_of(lived_home) as instance:
        add_run(instance, "train", dg.DagsterRunStatus.QUEUED)
    late = Events(board.port, "/queue", seen)
    told = late.next_change(SOON)
    late.close()
    assert told
    # A connection that was lost goes on from what it was told, whatever its address says
    again = Events(board.port, "/queue", seen, **{"Last-Event-ID": told})
    assert again.next_change(QUIET) is None
    again.close()


def test_fifty_pages_cost_one_look_and_none_costs_none(board, lived_home):
    with ExitStack() as stack:
        seen = seen_in(board.page("/queue"))
        pages = [Events(board.port, "/queue", seen) for _ in range(50)]
        for one in pages:
            stack.callback(one.close)
        board.until(lambda: board.info()["listeners"] == 50)
        before, began = board.info()["looks"], time.monotonic()
        time.sleep(6)
        looks = board.info()["looks"] - before
        assert looks <= (time.monotonic() - began) / 2 + 1
        with instance_of(lived_home) as instance:
            add_run(instance, "train", dg.DagsterRunStatus.QUEUED)
        assert all(one.next_change(SOON) for one in pages)
    board.until(lambda: board.info()["listeners"] == 0)
    time.sleep(3)  # The last look may have begun
    before = board.info()["looks"]
    time.sleep(5)
    assert board.info()["looks"] == before


def test_who_asks_for_one_page_at_the_same_time_has_it_made_once(board):
    made = board.info()["pages_made"]
    seen = {seen_in(board.page("/health")) for _ in range(5)}
    assert len(seen) == 1
    assert board.info()["pages_made"] == made + 1


def test_a_page_that_reads_nothing_holds_nobody_up(board, lived_home, listen):
    with socket.create_connection(("127.0.0.1", board.port)) as deaf:
        deaf.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1024)
        deaf.sendall(f"GET /events?page=/queue HTTP/1.1\r\nHost: {board.host}\r\n\r\n".encode())
        other = listen("/queue")
        with instance_of(lived_home) as instance:
            add_run(instance, "train", dg.DagsterRunStatus.QUEUED)
        assert other.next_change(SOON)


def test_a_board_that_is_told_to_end_lets_its_pages_go_and_ends(lived_home, tmp_path):
    with board_served(lived_home, tmp_path / "said") as board:
        events = Events(board.port, "/queue", seen_in(board.page("/queue")))
        board.until(lambda: board.info()["listeners"] == 1)
        began = time.monotonic()
        board.process.terminate()
        assert events.next_change(20) is None
        board.process.wait(20)
        assert time.monotonic() - began < 4
        events.close()
    assert board.log() == ""
