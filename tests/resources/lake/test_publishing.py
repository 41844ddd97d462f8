import errno
import json
import os
from pathlib import Path

import pytest

from traderai_assets.domain.errors import LakeError

BTC = "binance.BTC-USDT.5m"
ETH = "binance.ETH-USDT.5m"


def log_entry(tmp_path, version):
    path = tmp_path / "lake" / "bars" / "_delta_log" / f"{version:020d}.json"
    first_line = path.read_text().splitlines()[0]
    return json.loads(json.loads(first_line)["commitInfo"]["traderai"])


def test_a_commit_tells_who_made_what_from_which_inputs(lake, bars, month_of_bars, tmp_path):
    published = lake.snapshot(bars).publish(
        {(BTC, "2026-03"): month_of_bars("2026-03")},
        run_id="run-1",
        code_version="7",
        inputs={(BTC, "2026-03"): {"trades": "ab" * 16}},
    )
    told = log_entry(tmp_path, published.version)
    assert (told["run_id"], told["code_version"]) == ("run-1", "7")
    assert told["partitions"] == [
        {
            "market": BTC,
            "month": "2026-03",
            "rows": 6,
            "first": "2026-03-01T00:00:00+00:00",
            "last": "2026-03-01T00:25:00+00:00",
            "content_hash": published.summaries[BTC, "2026-03"].content_hash,
            "inputs": {"trades": "ab" * 16},
        }
    ]
    (latest,) = lake.history(bars, BTC, "2026-03")
    assert latest.inputs == {"trades": "ab" * 16}
    assert latest.summary == published.summaries[BTC, "2026-03"]


def test_history_is_newest_first_and_may_be_cut_short(lake, bars, month_of_bars, publish):
    for number in range(1, 4):
        frame = month_of_bars("2026-03", rows=number)
        publish(lake, "2026-03", frame, run=f"run-{number}")
    publish(lake, "2026-04", month_of_bars("2026-04"), run="other")
    history = lake.history(bars, BTC, "2026-03")
    assert [entry.run_id for entry in history] == ["run-3", "run-2", "run-1"]
    assert [entry.summary.rows for entry in history] == [3, 2, 1]
    assert [entry.version for entry in lake.history(bars, BTC, "2026-03", limit=1)] == [3]


def test_a_full_disk_is_told_with_the_partition_and_leaves_the_old_version(
    lake, bars, month_of_bars, publish, monkeypatch
):
    import deltalake

    publish(lake, "2026-03", month_of_bars("2026-03"))
    snapshot = lake.snapshot(bars)

    def full(*_, **__):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(deltalake, "write_deltalake", full)
    with pytest.raises(LakeError, match=r"BTC-USDT.5m 2026-03 .*No space left.*untouched"):
        publish(lake, "2026-03", month_of_bars("2026-03", rows=9), snapshot=snapshot)
    assert len(lake.snapshot(bars).read(BTC, ["2026-03"])) == 6


def test_a_publication_that_could_not_be_flushed_to_the_disk_is_no_success(
    lake, bars, month_of_bars, publish, monkeypatch
):
    snapshot = lake.snapshot(bars)

    def failing(_):
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    monkeypatch.setattr(os, "fsync", failing)
    with pytest.raises(LakeError, match=r"publishing .*: flushing version 1: .*Input/output error"):
        publish(lake, "2026-03", month_of_bars("2026-03"), snapshot=snapshot)


def test_everything_a_publication_wrote_is_flushed_before_it_returns(
    lake, bars, month_of_bars, publish, monkeypatch, tmp_path
):
    snapshot, flushed = lake.snapshot(bars), set()
    flush = os.fsync

    def watched(descriptor):
        flushed.add(str(Path(f"/proc/self/fd/{descriptor}").readlink()))
        flush(descriptor)

    monkeypatch.setattr(os, "fsync", watched)
    publish(lake, "2026-03", month_of_bars("2026-03"), snapshot=snapshot)
    table = tmp_path / "lake" / "bars"
    (data,) = table.rglob("*.parquet")
    written = {data, *data.parents[:4], table / "_delta_log" / f"{1:020d}.json"}
    assert {str(path) for path in written} <= flushed
