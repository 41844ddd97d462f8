import json
import shutil

import pandas as pd
import pytest

from resources.lake.resource import LakeResource
from traderai_assets.domain.errors import CorruptPartition

BTC = "binance.BTC-USDT.5m"
ETH = "binance.ETH-USDT.5m"


@pytest.fixture
def stored(lake, month_of_bars, publish):
    """A lake with BTC 2026-03 (version 1), ETH 2026-03 (version 2) and BTC 2026-04 (version 3)."""
    publish(lake, "2026-03", month_of_bars("2026-03"))
    publish(lake, "2026-03", month_of_bars("2026-03", rows=4), market=ETH)
    publish(lake, "2026-04", month_of_bars("2026-04", rows=5))
    return lake


@pytest.fixture
def table_folder(tmp_path):
    return tmp_path / "lake" / "bars"


@pytest.fixture
def edit_commit(table_folder):
    """Replace one text by another in the file of a commit."""

    def edit(version, old, new):
        path = table_folder / "_delta_log" / f"{version:020d}.json"
        content = path.read_text()
        assert old in content
        path.write_text(content.replace(old, new))

    return edit


def data_file(table_folder, market=BTC, month="2026-03"):
    (file,) = (table_folder / f"market={market}" / f"month={month}").rglob("*.parquet")
    return file


def flip(file, position):
    content = bytearray(file.read_bytes())
    content[position] ^= 0b0000_0100
    file.write_bytes(content)


@pytest.mark.parametrize(
    "damage",
    [
        lambda file: flip(file, 60),  # Among the times, which come first
        lambda file: flip(file, file.stat().st_size - 5),
        lambda file: file.write_bytes(file.read_bytes()[:-20]),
        lambda file: file.write_bytes(b""),
        lambda file: file.unlink(),
    ],
    ids=["flipped value", "flipped footer", "truncated", "empty", "gone"],
)
def test_a_damaged_data_file_is_named_before_a_value_is_seen_and_healed_by_one_run(
    stored, bars, month_of_bars, publish, table_folder, damage
):
    file = data_file(table_folder)
    damage(file)
    snapshot = stored.snapshot(bars)
    message = rf"partition {BTC} 2026-03 of table bars, files .*{file.name}.*materialize"
    with pytest.raises(CorruptPartition, match=message):
        snapshot.read(BTC, ["2026-04", "2026-03"])
    assert len(snapshot.read(ETH, ["2026-03"])) == 4
    healed = publish(stored, "2026-03", month_of_bars("2026-03"), run="healer")
    assert (healed.changed, healed.healed) == ((), ((BTC, "2026-03"),))
    assert len(stored.snapshot(bars).read(BTC, ["2026-03"])) == 6


def test_a_file_swapped_for_that_of_another_partition_is_found(stored, bars, table_folder):
    shutil.copy(data_file(table_folder, market=ETH), data_file(table_folder, market=BTC))
    with pytest.raises(CorruptPartition, match="the values have content hash"):
        stored.snapshot(bars).read(BTC, ["2026-03"])


def test_a_file_swapped_for_an_older_version_of_itself_is_found(
    lake, bars, month_of_bars, publish, table_folder
):
    publish(lake, "2026-03", month_of_bars("2026-03"))
    older = data_file(table_folder).read_bytes()
    publish(lake, "2026-03", month_of_bars("2026-03", first_close=2.0))
    for file in table_folder.rglob("*.parquet"):
        file.write_bytes(older)
    with pytest.raises(CorruptPartition, match="the values have content hash"):
        lake.snapshot(bars).read(BTC, ["2026-03"])


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('{"add":', '{"bdd":'),
        ('\\"numRecords\\":6', '\\"numRecords\\":7'),
        (
            '\\"maxValues\\":{\\"open_time\\":\\"2026-03',
            '\\"maxValues\\":{\\"open_time\\":\\"2026-07',
        ),
    ],
    ids=["lost file", "row count", "last time"],
)
def test_a_partition_that_is_not_as_its_commit_says_is_refused_and_may_be_published_over(
    stored, bars, month_of_bars, publish, edit_commit, old, new
):
    edit_commit(1, old, new)
    snapshot = stored.snapshot(bars)
    doors = [
        lambda: snapshot.read(BTC, ["2026-03"]),
        lambda: snapshot.summary(BTC, "2026-03"),
        lambda: snapshot.content_hash(BTC, "2026-03"),
    ]
    for door in doors:
        with pytest.raises(CorruptPartition, match=r"2026-03 of table bars was published as"):
            door()
    assert len(snapshot.read(ETH, ["2026-03"])) == 4
    assert len(snapshot.read(BTC, ["2026-04"])) == 5
    publish(stored, "2026-03", month_of_bars("2026-03"), run="healer")
    pd.testing.assert_frame_equal(
        stored.snapshot(bars).read(BTC, ["2026-03"]), month_of_bars("2026-03")
    )


def test_a_removal_that_the_log_lost_leaves_two_hashes_and_is_refused(
    stored, bars, month_of_bars, publish, edit_commit
):
    publish(stored, "2026-03", month_of_bars("2026-03", rows=8))
    edit_commit(4, '{"remove":', '{"semove":')
    with pytest.raises(CorruptPartition, match=r"2026-03 of table bars was published as"):
        stored.snapshot(bars).read(BTC, ["2026-03"])
    publish(stored, "2026-03", month_of_bars("2026-03"), run="healer")
    assert len(stored.snapshot(bars).read(BTC, ["2026-03"])) == 6


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        ('"market":"binance.BTC', '"market":"binance.BTB', "the log files market="),
        ('"month":"2026-03"', '"month":"2026-02"', "the log files market="),
        ('"content_hash":"', '"content_hash":"f', "the log files market="),
        ("run-1", "run-2", "our entry does not match its digest"),
        ('\\"rows\\": 6', '\\"rows\\": 7', "our entry does not match its digest"),
        ('"traderai":', '"traderaj":', "WRITE without an entry of ours"),
        ('"commitInfo":', '"commitInfp":', "00000000000000000001.json"),
        ('"operation":"WRITE"', '"operation":"WRITE', "table bars"),
    ],
)
def test_a_damaged_log_that_no_partition_can_answer_for_stops_everyone_and_says_what_to_do(
    stored, bars, edit_commit, old, new, complaint
):
    edit_commit(1, old, new)
    with pytest.raises(CorruptPartition, match=rf"{complaint}.*back from a backup, or move the"):
        stored.snapshot(bars)


def test_a_commit_that_the_lake_did_not_make_is_refused(stored, bars, table_folder):
    from deltalake import DeltaTable

    delta = DeltaTable(table_folder)
    delta.delete("market = 'binance.BTC-USDT.5m'")
    with pytest.raises(CorruptPartition, match="DELETE without an entry of ours"):
        stored.snapshot(bars)


def test_compaction_by_another_tool_changes_no_value_and_is_no_damage(
    stored, bars, month_of_bars, table_folder
):
    from deltalake import DeltaTable

    file = data_file(table_folder)
    first, second = month_of_bars("2026-03").iloc[4:], month_of_bars("2026-03").iloc[:4]
    split_into_two_files(table_folder, file, first, second)
    before = stored.snapshot(bars)
    assert before.summary(BTC, "2026-03").rows == 6
    pd.testing.assert_frame_equal(before.read(BTC, ["2026-03"]), month_of_bars("2026-03"))
    DeltaTable(table_folder).optimize.compact()
    after = stored.snapshot(bars)
    pd.testing.assert_frame_equal(after.read(BTC, ["2026-03"]), month_of_bars("2026-03"))
    assert after.summary(BTC, "2026-03") == before.summary(BTC, "2026-03")


def split_into_two_files(table_folder, file, *parts):
    """Store the rows of a partition in two files, as an OPTIMIZE with a small target does."""
    path = table_folder / "_delta_log" / f"{1:020d}.json"
    lines = path.read_text().splitlines()
    (add,) = [json.loads(line) for line in lines if line.startswith('{"add"')]
    kept = [line for line in lines if not line.startswith('{"add"')]
    for number, part in enumerate(parts):
        twin = file.with_stem(f"{file.stem}-{number}")
        part.to_parquet(twin, index=False)
        times = part["open_time"].dt.strftime("%Y-%m-%dT%H:%M:%SZ")
        stats = {
            "numRecords": len(part),
            "minValues": {"open_time": times.min()},
            "maxValues": {"open_time": times.max()},
            "nullCount": {"open_time": 0},
        }
        action = add["add"] | {
            "path": str(twin.relative_to(table_folder)),
            "size": twin.stat().st_size,
            "stats": json.dumps(stats),
        }
        kept.append(json.dumps({"add": action}))
    path.write_text("\n".join(kept))


def test_a_partition_lost_by_a_damaged_compaction_is_missed(
    stored, bars, month_of_bars, table_folder, edit_commit
):
    from deltalake import DeltaTable

    first, second = month_of_bars("2026-03").iloc[4:], month_of_bars("2026-03").iloc[:4]
    split_into_two_files(table_folder, data_file(table_folder), first, second)
    fold(stored, bars)
    DeltaTable(table_folder).optimize.compact()
    edit_commit(stored.snapshot(bars).version, '{"add":', '{"bdd":')
    with pytest.raises(CorruptPartition, match=r"2026-03 of table bars was compacted as"):
        stored.snapshot(bars).read(BTC, ["2026-03"])


def fold(lake, bars):
    from datetime import timedelta

    return lake.maintain(bars, keep=timedelta(hours=1)).checkpoint_version


def test_a_checkpoint_with_a_flipped_bit_is_named(stored, bars, table_folder):
    folded = fold(stored, bars)
    checkpoint = table_folder / "_delta_log" / f"{folded:020d}.checkpoint.parquet"
    whole = checkpoint.read_bytes()
    for position in range(0, len(whole), len(whole) // 40):
        checkpoint.write_bytes(whole)
        flip(checkpoint, position)
        with pytest.raises(CorruptPartition, match=r"/bars/_delta_log/|table bars"):
            stored.snapshot(bars)
    checkpoint.write_bytes(whole)
    assert len(stored.snapshot(bars).read(BTC, ["2026-03"])) == 6


def test_what_a_checkpoint_holds_stays_checked_when_its_commits_are_gone(
    stored, bars, table_folder, month_of_bars, publish
):
    folded = fold(stored, bars)
    for version in range(folded):
        (table_folder / "_delta_log" / f"{version:020d}.json").unlink()
    snapshot = stored.snapshot(bars)
    assert snapshot.summary(BTC, "2026-03").rows == 6
    publish(stored, "2026-03", month_of_bars("2026-03", rows=8), snapshot=snapshot)
    assert len(stored.snapshot(bars).read(BTC, ["2026-03"])) == 8


def test_a_lost_or_wrong_hint_at_the_newest_checkpoint_costs_nothing(stored, bars, table_folder):
    fold(stored, bars)
    hint = table_folder / "_delta_log" / "_last_checkpoint"
    hint.unlink()
    assert len(stored.snapshot(bars).read(BTC, ["2026-03"])) == 6


def test_any_interrupt_passes_and_a_panic_of_the_readers_does_not(stored, bars, monkeypatch):
    import pyarrow.parquet as pq

    class PanicException(BaseException):
        """What pyo3 raises, by name."""

    for raised, expected in ((PanicException, CorruptPartition), (KeyboardInterrupt,) * 2):

        def failing(*_, raised=raised):
            raise raised("index out of bounds")

        monkeypatch.setattr(pq, "ParquetFile", failing)
        with pytest.raises(expected):
            stored.snapshot(bars).read(BTC, ["2026-03"])


def test_a_table_whose_columns_are_partitioned_otherwise_is_not_ours(bars, tmp_path):
    from deltalake import write_deltalake

    rows = pd.DataFrame({"open_time": [1], "close": [1.0], "market": [BTC]})
    write_deltalake(str(tmp_path / "lake" / "bars"), rows, partition_by=["market"])
    with pytest.raises(CorruptPartition, match=r"partitioned by \('market',\), expected"):
        LakeResource(root=str(tmp_path / "lake")).snapshot(bars)
