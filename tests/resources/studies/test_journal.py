import fcntl
import json
import os
import subprocess
import sys
import threading

import pytest
from optuna.storages import JournalStorage
from optuna.storages.journal import JournalFileBackend

from resources.studies.journal import Journal
from traderai_assets.domain.errors import LakeError

HOLDER = """
import sys, time
from pathlib import Path
from resources.studies.journal import JournalLock
JournalLock(Path(sys.argv[1])).acquire()
print("held", flush=True)
time.sleep(60)
"""


def test_optuna_reads_the_journal_as_its_own(stored, journal_path):
    storage = JournalStorage(JournalFileBackend(str(journal_path)))
    trials = storage.get_all_trials(storage.get_study_id_from_name("study"))
    assert len(trials) == len(stored)


@pytest.mark.parametrize("share", [0.1, 0.5, 0.9, 1.0])
def test_a_line_torn_by_a_kill_is_cut_off_and_the_search_goes_on(
    stored, studies, toy, journal_path, share
):
    lines = journal_path.read_bytes().splitlines(keepends=True)
    middle = len(lines) // 2
    torn = lines[middle][: max(1, int(share * (len(lines[middle]) - 1)))]
    journal_path.write_bytes(b"".join(lines[:middle]) + torn)
    assert toy.toy_search(studies.storage(toy.MARKET, toy.MONTH)) == stored
    assert all(json.loads(line) for line in journal_path.read_bytes().splitlines())


def test_a_journal_cut_after_any_line_leads_to_the_same_ledger(stored, studies, toy, journal_path):
    lines = journal_path.read_bytes().splitlines(keepends=True)
    for kept in range(0, len(lines), 5):
        journal_path.write_bytes(b"".join(lines[:kept]))
        assert toy.toy_search(studies.storage(toy.MARKET, toy.MONTH)) == stored


@pytest.mark.usefixtures("stored")
def test_a_flipped_bit_is_found_before_its_value_is_used(studies, toy, journal_path):
    content = bytearray(journal_path.read_bytes())
    place = content.index(b'"rate"') + len(b'"rate":0')
    content[place] ^= 1  # One digit or sign of a parameter
    journal_path.write_bytes(content)
    with pytest.raises(LakeError, match=r"2026-03\.journal is damaged .*move it away"):
        studies.storage(toy.MARKET, toy.MONTH)


@pytest.mark.usefixtures("stored")
@pytest.mark.parametrize("line", [b"\xff\xfe\n", b"[]\n", b"{}\n", b'{"op_code":0}\n', b"7\n"])
def test_lines_that_are_not_ours_are_refused(studies, toy, journal_path, line):
    journal_path.write_bytes(line + journal_path.read_bytes())
    with pytest.raises(LakeError, match="is damaged"):
        studies.storage(toy.MARKET, toy.MONTH)


@pytest.mark.processes
def test_the_lock_of_a_killed_process_is_free_at_once(stored, studies, toy, journal_path):
    command = [sys.executable, "-c", HOLDER, str(journal_path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as holder:  # noqa: S603
        assert holder.stdout.readline() == "held\n"
        with journal_path.open("rb") as journal, pytest.raises(BlockingIOError):
            fcntl.flock(journal, fcntl.LOCK_EX | fcntl.LOCK_NB)
        holder.kill()
    with journal_path.open("rb") as journal:
        fcntl.flock(journal, fcntl.LOCK_EX | fcntl.LOCK_NB)
    assert toy.toy_search(studies.storage(toy.MARKET, toy.MONTH)) == stored


def test_two_writers_leave_only_whole_lines(tmp_path):
    path = tmp_path / "two.journal"

    def write(writer):
        journal = Journal(path)
        for number in range(50):
            journal.append_logs([{"writer": writer, "number": number}])

    threads = [threading.Thread(target=write, args=(writer,)) for writer in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    logs = list(Journal(path).read_logs(0))
    assert [log["number"] for log in logs if log["writer"] == 1] == list(range(50))
    assert len(logs) == 100


def test_a_full_disk_is_named_and_the_search_goes_on_when_there_is_room(
    studies, toy, journal_path, monkeypatch
):
    writes = iter(range(10**6))
    sync = os.fsync

    def full_at_the_seventh(file):
        if next(writes) == 7:
            os.truncate(journal_path, journal_path.stat().st_size - 7)
            raise OSError(28, "No space left on device")
        sync(file)

    monkeypatch.setattr(os, "fsync", full_at_the_seventh)
    with pytest.raises(LakeError, match=r"journal .* cannot be written \(No space left on device"):
        toy.toy_search(studies.storage(toy.MARKET, toy.MONTH))
    assert toy.toy_search(studies.storage(toy.MARKET, toy.MONTH)) == toy.toy_search(None)


def test_a_search_whose_journal_was_removed_stops(studies, toy, journal_path):
    storage = studies.storage(toy.MARKET, toy.MONTH)
    studies.remove(toy.MARKET, toy.MONTH)
    with pytest.raises(LakeError, match="was removed while a search was at work"):
        toy.toy_search(storage)
    assert not journal_path.exists()
    again = toy.toy_search(studies.storage(toy.MARKET, toy.MONTH))
    with pytest.raises(LakeError, match="was removed"):  # Another file in its place is not its own
        toy.toy_search(storage)
    assert toy.toy_search(studies.storage(toy.MARKET, toy.MONTH)) == again
