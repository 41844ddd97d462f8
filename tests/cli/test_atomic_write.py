"""A file that a person named is replaced whole, or is what it was."""

import os
import stat

import pytest

from traderai_assets.cli.atomic_write import atomic_write
from traderai_assets.domain.errors import InvalidInput


def fill_the_disk(file):
    with atomic_write(file) as draft:
        draft.write_text("half")
        raise OSError(28, "No space left on device")


def test_an_error_while_it_is_written_leaves_what_was_there(tmp_path):
    file = tmp_path / "btc.csv"
    file.write_text("mine")
    with pytest.raises(OSError, match="No space"):
        fill_the_disk(file)
    assert file.read_text() == "mine"
    assert list(tmp_path.iterdir()) == [file]


def test_nothing_is_seen_of_a_new_file_until_it_is_whole(tmp_path):
    file = tmp_path / "new" / "btc.csv"
    with atomic_write(file) as draft:
        draft.write_text("half")
        assert not file.exists()
    assert file.read_text() == "half"


def test_permissions_stay_and_a_new_file_has_those_of_any_other(tmp_path):
    file, other = tmp_path / "btc.csv", tmp_path / "other.csv"
    other.write_text("")
    with atomic_write(file) as draft:
        draft.write_text("first")
    assert stat.S_IMODE(file.stat().st_mode) == stat.S_IMODE(other.stat().st_mode)
    file.chmod(0o640)
    with atomic_write(file) as draft:
        draft.write_text("second")
    assert (file.read_text(), stat.S_IMODE(file.stat().st_mode)) == ("second", 0o640)


def test_a_link_stays_and_what_it_leads_to_is_replaced(tmp_path):
    file, link = tmp_path / "there" / "btc.csv", tmp_path / "btc.csv"
    file.parent.mkdir()
    file.write_text("old")
    link.symlink_to(file)
    with atomic_write(link) as draft:
        draft.write_text("new")
    assert link.is_symlink()
    assert file.read_text() == "new"


def test_a_pipe_is_written_to_directly(tmp_path):
    pipe = tmp_path / "pipe.csv"
    os.mkfifo(pipe)
    reading = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    with atomic_write(pipe) as target:
        target.write_text("rows")
    assert os.read(reading, 10) == b"rows"
    os.close(reading)
    assert stat.S_ISFIFO(pipe.stat().st_mode)


def test_a_folder_is_refused(tmp_path):
    with pytest.raises(InvalidInput, match="is a folder"), atomic_write(tmp_path):
        pass


def test_the_longest_name_a_folder_takes_can_be_written(tmp_path):
    file = tmp_path / ("b" * 251 + ".csv")
    with atomic_write(file) as draft:
        draft.write_text("rows")
    assert file.read_text() == "rows"
