"""What is remembered of a table outside of it: it may lag behind, and never leads."""

import json
import logging
import threading

import pytest

from resources.lake.version_memory import VersionMemory, seen_now
from traderai_assets.domain.errors import CorruptTable

BTC = "binance.BTC-USDT.5m"


@pytest.fixture
def note_file(tmp_path):
    return tmp_path / "lake-versions" / "bars.json"


def version_in(file):
    return json.loads(file.read_text())["version"]


def test_every_publication_is_remembered(stored, month_of_bars, publish, note_file, fold):
    assert version_in(note_file) == 3
    publish(stored, "2026-05", month_of_bars("2026-05"))
    assert version_in(note_file) == 4
    fold(stored)  # Which is a commit, too
    assert version_in(note_file) == 5


def test_a_lake_that_was_never_seen_is_remembered_by_whoever_reads_it(stored, bars, note_file):
    note_file.unlink()
    stored.snapshot(bars)
    assert version_in(note_file) == 3


def test_a_crash_between_commit_and_note_is_no_trouble(stored, bars, note_file):
    told = json.loads(note_file.read_text())
    note_file.write_text(json.dumps({**told, "version": 1}))
    assert stored.snapshot(bars).version == 3
    assert version_in(note_file) == 3


def test_the_higher_of_many_notes_wins(tmp_path):
    memory = VersionMemory(tmp_path / "versions")
    threads = [
        threading.Thread(target=memory.note, args=("bars", seen_now(version, "id", "here")))
        for version in (3, 9, 1, 7, 2, 8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert memory.of("bars").version == 9
    assert memory.tables() == ["bars"]
    assert [file.name for file in (tmp_path / "versions").iterdir()] == ["bars.json"]


@pytest.mark.parametrize("text", ["", "{", "[]", '{"version": 3}'])
def test_a_note_that_cannot_be_read_is_named_and_never_taken_for_none(
    stored, bars, note_file, text
):
    note_file.write_text(text)
    with pytest.raises(CorruptTable, match=r"bars\.json.*cannot be read.*lake accept bars"):
        stored.snapshot(bars)


def test_what_cannot_be_noted_fails_no_publication(lake, month_of_bars, publish, tmp_path, caplog):
    (tmp_path / "lake-versions" / "bars.draft").mkdir(parents=True)  # In the way
    with caplog.at_level(logging.WARNING):
        assert publish(lake, "2026-03", month_of_bars("2026-03")).version == 1
    assert "version 1 of table bars cannot be remembered" in caplog.text


def test_a_restored_table_is_taken_once_it_is_accepted(stored, bars, table_folder, note_file):
    (table_folder / "_delta_log" / f"{3:020d}.json").unlink()
    place = stored.place(bars)
    place.accept()
    assert version_in(note_file) == 2
    assert stored.snapshot(bars).content_hashes(BTC).keys() == {"2026-03"}
