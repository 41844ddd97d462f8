"""What lies in a home: each folder once, what is old apart from what is of the last day."""

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

from traderai_assets.status.disk import FolderUse, disk_use

NOW = datetime(2026, 3, 10, 12, tzinfo=UTC)


def write(file: Path, size: int, age: timedelta) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(b"x" * size)
    moment = (NOW - age).timestamp()
    os.utime(file, (moment, moment))


def test_each_file_is_counted_once_in_the_folder_that_it_belongs_to(tmp_path: Path):
    hour, week = timedelta(hours=1), timedelta(days=7)
    write(tmp_path / "owner.json", 5, hour)
    write(tmp_path / "lake" / "candles" / "market=a" / "one.parquet", 100, week)
    write(tmp_path / "lake" / "candles" / "market=a" / "two.parquet", 30, hour)
    write(tmp_path / "lake" / "signals" / "one.parquet", 50, hour)
    write(tmp_path / "dagster" / "dagster.yaml", 7, week)
    write(tmp_path / "dagster" / "history" / "runs" / "a.db", 300, week)
    (tmp_path / "empty").mkdir()
    assert disk_use(tmp_path, NOW) == [
        FolderUse("dagster/history", 1, 300, 0),
        FolderUse("lake/candles", 2, 130, 30),
        FolderUse("lake/signals", 1, 50, 50),
        FolderUse("dagster", 1, 7, 0),
        FolderUse(".", 1, 5, 5),
    ]


def test_a_home_that_is_not_there_holds_nothing(tmp_path: Path):
    assert disk_use(tmp_path / "nowhere", NOW) == []
