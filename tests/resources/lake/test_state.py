import json

import pandas as pd
import pytest

from resources.lake.resource import LakeResource
from traderai_assets.domain.errors import CorruptPartition

BTC = "binance.BTC-USDT.5m"
ETH = "binance.ETH-USDT.5m"


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
        lambda: snapshot.content_hashes(BTC),
    ]
    for door in doors:
        with pytest.raises(CorruptPartition, match=r"2026-03 of table bars was published as"):
            door()
    assert snapshot.markets() == [BTC, ETH]
    assert len(snapshot.read(ETH, ["2026-03"])) == 4
    assert len(snapshot.read(BTC, ["2026-04"])) == 5
    publish(stored, "2026-03", month_of_bars("2026-03"), run="healer")
    pd.testing.assert_frame_equal(
        stored.snapshot(bars).read(BTC, ["2026-03"]), month_of_bars("2026-03")
    )


def test_a_partition_that_was_lost_may_be_given_up(
    stored, bars, month_of_bars, publish, edit_commit
):
    edit_commit(1, '{"add":', '{"bdd":')
    given_up = publish(stored, "2026-03", month_of_bars("2026-03", rows=0))
    assert (given_up.changed, given_up.healed) == ((), ((BTC, "2026-03"),))
    assert stored.snapshot(bars).summary(BTC, "2026-03").rows == 0


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
    stored, bars, month_of_bars, table_folder, data_file
):
    from deltalake import DeltaTable

    file = data_file()
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
    stored, bars, month_of_bars, table_folder, edit_commit, data_file, fold
):
    from deltalake import DeltaTable

    first, second = month_of_bars("2026-03").iloc[4:], month_of_bars("2026-03").iloc[:4]
    split_into_two_files(table_folder, data_file(), first, second)
    fold(stored)
    DeltaTable(table_folder).optimize.compact()
    edit_commit(stored.snapshot(bars).version, '{"add":', '{"bdd":')
    with pytest.raises(CorruptPartition, match=r"2026-03 of table bars was compacted as"):
        stored.snapshot(bars).read(BTC, ["2026-03"])


def test_a_table_whose_columns_are_partitioned_otherwise_is_not_ours(bars, tmp_path):
    from deltalake import write_deltalake

    rows = pd.DataFrame({"open_time": [1], "close": [1.0], "market": [BTC]})
    write_deltalake(str(tmp_path / "lake" / "bars"), rows, partition_by=["market"])
    with pytest.raises(CorruptPartition, match=r"partitioned by \('market',\), expected"):
        LakeResource(root=str(tmp_path / "lake")).snapshot(bars)
