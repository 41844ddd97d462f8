"""Two writers of a partition that grows: the second is refused, whatever either writes."""

import numpy as np
import pandas as pd
import pytest

from resources.lake import publishing
from traderai_assets.domain.errors import WriteConflict

BTC = "binance.BTC-USDT.5m"
ETH = "binance.ETH-USDT.5m"
MONTH = "2026-03"


def changed_at(frame, row):
    return frame.assign(close=frame["close"].where(np.arange(len(frame)) != row, 0.5))


@pytest.mark.usefixtures("in_chunks")
def test_of_two_appended_bars_the_second_is_refused(lake, growing, put, month, read):
    stale = lake.snapshot(growing)
    put(month(691), run="winner")
    with pytest.raises(WriteConflict, match="run winner"):
        put(month(692), run="loser", snapshot=stale)
    assert len(read()) == 691


@pytest.mark.usefixtures("in_chunks")
@pytest.mark.parametrize(
    ("winner", "loser"),
    [
        (lambda month: month(691), lambda month: month(692)),
        (lambda month: month(691), lambda month: changed_at(month(690), 0)),
        (lambda month: changed_at(month(690), 0), lambda month: month(691)),
        (lambda month: changed_at(month(690), 0), lambda month: changed_at(month(690), 1)),
        (lambda month: month(685), lambda month: month(691)),
        (lambda month: month(0), lambda month: month(691)),
        (lambda month: month(691), lambda month: month(685)),
        (lambda month: changed_at(month(690), 650), lambda month: month(691)),
        (lambda month: month(691), lambda month: month(500)),
    ],
)
def test_a_conflict_between_the_last_look_and_the_commit_is_seen_by_delta(
    lake, growing, put, month, read, monkeypatch, winner, loser
):
    stale = lake.snapshot(growing)
    encode = publishing.to_arrow  # type: ignore[attr-defined]

    def overtaken(*arguments):
        monkeypatch.undo()
        put(winner(month), run="winner")
        return encode(*arguments)

    monkeypatch.setattr(publishing, "to_arrow", overtaken)
    with pytest.raises(WriteConflict, match="run winner"):
        put(loser(month), run="loser", snapshot=stale)
    pd.testing.assert_frame_equal(read(), winner(month))


def test_of_two_first_publications_the_second_is_refused_by_delta(
    lake, growing, put, month, read, monkeypatch
):
    put(month(5), market=ETH)
    stale = lake.snapshot(growing)
    encode = publishing.to_arrow  # type: ignore[attr-defined]

    def overtaken(*arguments):
        monkeypatch.undo()
        put(month(30), run="winner")
        return encode(*arguments)

    monkeypatch.setattr(publishing, "to_arrow", overtaken)
    with pytest.raises(WriteConflict, match="run winner"):
        put(month(40), run="loser", snapshot=stale)
    assert len(read()) == 30


def test_bars_of_many_partitions_are_one_commit_and_others_may_write_meanwhile(
    lake, growing, put, month, month_of_bars
):
    markets = [BTC, ETH, "binance.SOL-USDT.5m"]
    first = lake.snapshot(growing)
    first.publish({(m, MONTH): month(100) for m in markets}, run_id="r", code_version="1")
    ours = lake.snapshot(growing)
    put(month(101), market=markets[2], run="other")
    frames = {(m, MONTH): month(101) for m in markets[:2]} | {(BTC, "2026-04"): month(0)}
    new = month_of_bars("2026-04", rows=40)
    published = ours.publish({**frames, (ETH, "2026-04"): new}, run_id="r", code_version="1")
    assert published.version == 3
    assert published.changed == ((BTC, MONTH), (ETH, MONTH), (ETH, "2026-04"))
    for market in markets:
        pd.testing.assert_frame_equal(lake.snapshot(growing).read(market, [MONTH]), month(101))
    pd.testing.assert_frame_equal(lake.snapshot(growing).read(ETH, ["2026-04"]), new)
