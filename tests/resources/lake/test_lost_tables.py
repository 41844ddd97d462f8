"""Absence is not emptiness: what was there and is not is refused, and reading creates nothing."""

import os
import shutil
import subprocess
import sys
from datetime import UTC, datetime, timedelta

import pytest
from deltalake import DeltaTable

from resources.lake.resource import LakeResource
from traderai_assets.domain.errors import CorruptTable, LakeError, WriteConflict

BTC = "binance.BTC-USDT.5m"


@pytest.fixture
def everything(tmp_path):
    """Every path and its bytes: what reading must leave as it was."""

    def look():
        found = sorted(tmp_path.rglob("*"))
        return {str(path): path.read_bytes() if path.is_file() else None for path in found}

    return look


def log_file(table_folder, version):
    return table_folder / "_delta_log" / f"{version:020d}.json"


def test_reading_a_table_nobody_wrote_creates_nothing(lake, bars, tmp_path):
    snapshot = lake.snapshot(bars)
    assert (snapshot.version, snapshot.markets()) == (0, [])
    assert len(snapshot.read(BTC, ["2026-03"])) == 0
    assert lake.history(bars, BTC, "2026-03") == []
    assert lake.maintain(bars, keep=timedelta(hours=1)).files_removed == 0
    assert lake.snapshot(bars, as_of=datetime.now(UTC)).partitions() == []
    with pytest.raises(LakeError, match="nobody has written it yet"):
        lake.snapshot(bars, version=1)
    assert list(tmp_path.iterdir()) == []


def test_publishing_nothing_creates_nothing(lake, month_of_bars, publish, tmp_path):
    published = publish(lake, "2026-03", month_of_bars("2026-03", rows=0))
    assert (published.version, published.changed) == (0, ())
    assert list(tmp_path.iterdir()) == []


def test_two_runs_that_saw_no_table_cannot_both_write_the_same_partition(
    lake, bars, month_of_bars, publish
):
    first, second = lake.snapshot(bars), lake.snapshot(bars)
    publish(lake, "2026-03", month_of_bars("2026-03"), snapshot=first, run="winner")
    with pytest.raises(WriteConflict, match="run winner"):
        publish(lake, "2026-03", month_of_bars("2026-03", rows=2), snapshot=second)
    assert publish(lake, "2026-04", month_of_bars("2026-04"), snapshot=second).version == 2


DAMAGES = {
    "log": (lambda root: shutil.rmtree(root / "bars" / "_delta_log"), "holds market=binance"),
    "log's files": (
        lambda root: [file.unlink() for file in (root / "bars" / "_delta_log").iterdir()],
        "no _delta_log with commits",
    ),
    "table": (lambda root: shutil.rmtree(root / "bars"), "is not there"),
    "table's content": (
        lambda root: (shutil.rmtree(root / "bars"), (root / "bars").mkdir()),
        "is empty",
    ),
    "lake": (shutil.rmtree, "is its disk mounted"),
    "lake's content": (lambda root: (shutil.rmtree(root), root.mkdir()), "is not there"),
    "newest commit": (
        lambda root: log_file(root / "bars", 3).unlink(),
        "has gone back to version 2; .* was at version 3",
    ),
    "commit between": (lambda root: log_file(root / "bars", 2).unlink(), "lacks 0{19}2.json"),
    "first commit": (lambda root: log_file(root / "bars", 0).unlink(), "lacks 0{20}.json"),
}


@pytest.mark.parametrize("lost", DAMAGES)
def test_what_was_there_and_is_lost_is_refused_and_nothing_is_made_in_its_place(
    stored, bars, month_of_bars, publish, tmp_path, everything, lost
):
    damage, said = DAMAGES[lost]
    damage(tmp_path / "lake")
    before = everything()
    doors = [
        lambda: stored.snapshot(bars),
        lambda: stored.snapshot(bars, version=1),
        lambda: stored.history(bars, BTC, "2026-03"),
        lambda: stored.maintain(bars, keep=timedelta(hours=1)),
        lambda: publish(stored, "2026-05", month_of_bars("2026-05")),
    ]
    for door in doors:
        with pytest.raises(CorruptTable, match=said) as raised:
            door()
        assert "from a backup" in str(raised.value)
        assert "traderai lake accept" in str(raised.value)
    assert everything() == before


def test_a_table_that_was_never_written_is_not_begun_in_a_lake_that_vanished(
    stored, bars, tmp_path
):
    shutil.rmtree(tmp_path / "lake")
    (tmp_path / "lake").mkdir()  # As a mount point without its disk
    other = type(bars)("other", bars.schema)
    with pytest.raises(CorruptTable, match=r"of its tables bars none is there; is its disk mount"):
        stored.snapshot(other)


def test_partitions_without_a_log_are_refused_though_nothing_remembers_them(stored, bars, tmp_path):
    shutil.rmtree(tmp_path / "lake-versions")
    shutil.rmtree(tmp_path / "lake" / "bars" / "_delta_log")
    with pytest.raises(CorruptTable, match=r"table bars has no log: .*market=binance"):
        stored.snapshot(bars)


def test_a_creation_that_was_killed_is_begun_again(
    lake, bars, month_of_bars, publish, table_folder
):
    table_folder.mkdir(parents=True)
    assert lake.snapshot(bars).markets() == []
    log = table_folder / "_delta_log"
    log.mkdir()
    (log / "_commit_0a1b.json.tmp#1").write_text("")
    assert publish(lake, "2026-03", month_of_bars("2026-03")).version == 1


def test_another_table_in_its_place_is_refused(
    stored, bars, month_of_bars, publish, tmp_path, table_folder
):
    others = LakeResource(root=str(tmp_path / "other"))
    for month in ("2026-03", "2026-04", "2026-05", "2026-06"):
        publish(others, month, month_of_bars(month))
    shutil.rmtree(table_folder)
    shutil.copytree(tmp_path / "other" / "bars", table_folder)
    with pytest.raises(CorruptTable, match="is another one than before: its id is"):
        stored.snapshot(bars)


def test_a_hint_that_points_at_nothing_is_named(stored, bars, table_folder):
    delta = DeltaTable(table_folder)
    delta.create_checkpoint()
    (table_folder / "_delta_log" / f"{3:020d}.checkpoint.parquet").unlink()
    with pytest.raises(CorruptTable, match=r"_last_checkpoint names .*3\.checkpoint.*delete"):
        stored.snapshot(bars)
    (table_folder / "_delta_log" / "_last_checkpoint").unlink()
    assert stored.snapshot(bars).version == 3


def test_a_log_that_vanishes_under_a_run_is_not_gone_on_with(
    stored, bars, month_of_bars, publish, table_folder, everything
):
    snapshot = stored.snapshot(bars)
    shutil.rmtree(table_folder)
    before = everything()
    with pytest.raises(CorruptTable, match="was at version 3 when it was read"):
        publish(stored, "2026-05", month_of_bars("2026-05"), snapshot=snapshot)
    assert everything() == before


@pytest.mark.processes
@pytest.mark.skipif(os.geteuid() != 0, reason="only root may become another user")
@pytest.mark.usefixtures("stored")
def test_a_table_that_may_not_be_read_is_not_called_lost(tmp_path, table_folder):
    for folder in (tmp_path, *tmp_path.parents):
        if folder.stat().st_uid == 0 and folder.name.startswith(("pytest", tmp_path.name)):
            folder.chmod(0o711)
    table_folder.chmod(0o700)
    code = (
        "import os, sys; from resources.lake.storage import Storage;"
        "from deltalake.fs import DeltaStorageHandler; import pyarrow.fs;"
        "os.seteuid(65534);"
        "\ntry: Storage(sys.argv[1], {}).names('_delta_log')"
        "\nexcept Exception as error: print(type(error).__name__, error)"
    )
    said = subprocess.run(  # noqa: S603
        [sys.executable, "-c", code, table_folder], capture_output=True, text=True, check=True
    ).stdout
    assert said.startswith("LakeError")
    assert str(table_folder) in said
    assert "give the user who runs TraderAI the right" in said
