import os
import random
import shutil
import subprocess

import pytest

# More than a publication of the torture's rows and a checkpoint take.
ENOUGH_BYTES = 80_000


@pytest.fixture
def root(tmp_path):
    """A lake on a disk of 32 MB in memory, where this user may mount one."""
    mount, unmount = shutil.which("mount"), shutil.which("umount")
    disk = tmp_path / "disk"
    disk.mkdir()
    command = [mount, "-t", "tmpfs", "-o", "size=32m", "tmpfs", disk]
    if os.geteuid() != 0 or None in (mount, unmount):
        pytest.skip("only root may mount a small disk")
    if subprocess.run(command, capture_output=True, check=False).returncode != 0:  # noqa: S603
        pytest.skip("this system lets nobody mount a small disk")
    (disk / "lake").mkdir()
    yield disk / "lake"
    subprocess.run([unmount, "--lazy", disk], check=True)  # noqa: S603


def fill(root, free):
    """Take all of the disk's space but so many bytes; returns the file that takes it."""
    filler = root.parent / "filler"
    disk = os.statvfs(root)
    with filler.open("wb") as file:
        os.posix_fallocate(file.fileno(), 0, disk.f_bavail * disk.f_frsize - free)
    return filler


@pytest.mark.parametrize("points", [5, pytest.param(100, marks=pytest.mark.torture)])
def test_a_disk_that_fills_up_while_publishing_leaves_the_old_version_readable(
    root, writers, stored_seed, publish_seed, check_starved, points, tell
):
    chance = random.Random(points)
    failed = 0
    publish_seed(0)
    for seed in range(1, points + 1):
        before = stored_seed()
        pid = writers.start(seed)
        filler = fill(root, free=chance.randrange(ENOUGH_BYTES))
        writers.go(pid)
        outcome = writers.outcome(pid)
        failed += check_starved(outcome, seed, before)
        filler.unlink()
        publish_seed(seed)
        assert stored_seed() == seed, "one re-run did not heal it"
    tell(f"{points} full disks: {failed} publications failed, no version was lost, all healed")
    assert failed > points // 4


@pytest.fixture
def check_starved(root, stored_seed):
    """A publication that failed says so and is not half there; tells whether it failed."""

    def check(outcome, seed, before):
        assert outcome["event"] in ("failed", "published"), outcome
        after = stored_seed()
        if outcome["event"] == "published":
            assert after == seed
            return False
        assert "binance.BTC-USDT.5m 2026-01" in outcome["error"]
        assert "run it again" in outcome["error"]
        assert f"{root}/bars" in outcome["error"]
        assert "free space on its disk" in outcome["error"]
        # A commit that landed and could not be flushed may be there, whole; it claims no success
        assert after in (before, seed)
        return True

    return check
