import os
import subprocess
import sys
import threading
from datetime import UTC, datetime, timedelta

import pytest

from resources.lake.resource import LakeResource
from traderai_assets.domain.errors import LakeError

BTC = "binance.BTC-USDT.5m"
ETH = "binance.ETH-USDT.5m"
# A symbol whose key holds every kind of character that an encoded symbol can hold.
ODD = "okx.A~c3~89-USDT_USDT+26A.1h"


def test_earlier_versions_are_read_by_number_and_by_time(
    lake, bars, month_of_bars, publish, tmp_path
):
    publish(lake, "2026-03", month_of_bars("2026-03"))
    between = datetime.now(UTC)
    publish(lake, "2026-03", month_of_bars("2026-03", first_close=50.0), run="run-2")
    for file in tmp_path.rglob("*.json"):
        os.utime(file)  # As copying the lake to another disk would do
    for then in (lake.snapshot(bars, version=1), lake.snapshot(bars, as_of=between)):
        assert then.version == 1
        assert then.read(BTC, ["2026-03"])["close"].iloc[0] == 1.0
    with pytest.raises(LakeError, match="a version that maintenance has kept"):
        lake.snapshot(bars, version=7)
    before = lake.snapshot(bars, as_of=datetime(2020, 1, 1, tzinfo=UTC))
    assert before.partitions() == []


def test_a_time_that_the_log_no_longer_tells_of_is_refused_and_said_since_when(
    lake, bars, month_of_bars, publish, table_folder
):
    publish(lake, "2026-03", month_of_bars("2026-03"))
    between = datetime.now(UTC)
    publish(lake, "2026-03", month_of_bars("2026-03", first_close=50.0), run="run-2")
    lake.maintain(bars, keep=timedelta(hours=1))  # Behind its checkpoint the log may be cut
    for version in (0, 1):
        (table_folder / "_delta_log" / f"{version:020d}.json").unlink()
    with pytest.raises(LakeError, match=r"reaches back to 20.* UTC, .* \[retention\] lake_days"):
        lake.snapshot(bars, as_of=between)


def test_many_runs_may_create_the_same_table_at_once(tmp_path, bars):
    lake = LakeResource(root=str(tmp_path / "lake"))
    versions, start = [], threading.Barrier(6)

    def open_it():
        start.wait()
        versions.append(lake.snapshot(bars).version)

    threads = [threading.Thread(target=open_it) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert versions == [0] * 6


@pytest.mark.parametrize("folder", ["with space", "Größe", "file-uri"])
def test_the_root_may_be_any_folder_or_a_uri(tmp_path, bars, month_of_bars, publish, folder):
    root = tmp_path / folder
    lake = LakeResource(root=root.as_uri() if folder == "file-uri" else str(root))
    publish(lake, "2026-03", month_of_bars("2026-03"))
    assert len(lake.snapshot(bars).read(BTC, ["2026-03"])) == 6
    assert (root / "bars" / "_delta_log").is_dir()


@pytest.mark.processes
def test_the_resource_is_imported_without_the_libraries_behind_it():
    code = "import sys, resources.lake.resource; print('deltalake' in sys.modules)"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)  # noqa: S603
    assert found.stdout.strip() == "False"


def test_a_root_that_cannot_be_written_is_told(bars, tmp_path):
    (tmp_path / "file").write_text("not a folder")
    lake = LakeResource(root=str(tmp_path / "file"))
    with pytest.raises(LakeError, match=r"file/bars/ cannot be reached: .*Not a directory"):
        lake.snapshot(bars)
