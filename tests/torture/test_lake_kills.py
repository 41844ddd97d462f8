import random
import time

import pytest


@pytest.mark.parametrize("kills", [8, pytest.param(200, marks=pytest.mark.torture)])
def test_a_run_killed_while_publishing_leaves_the_old_or_the_new_version_whole(
    writers, writer, stored_seed, publish_seed, kills, root, tell
):
    chance = random.Random(kills)
    publish_seed(0)
    duration = publishing_time(writers)
    tally = {"acknowledged": 0, "committed unacknowledged": 0, "not committed": 0}
    for seed in range(2, kills + 2):
        before = stored_seed()
        pid = writers.start(seed)
        files = set(root.rglob("*"))
        writers.go(pid)
        if seed % 2:
            time.sleep(chance.uniform(0, 1.2 * duration))
        else:  # Once it has begun to write: most of a publication is computing
            wait_for_files(root, files)
            time.sleep(chance.uniform(0, 0.03))
        writers.kill(pid)
        outcome = writers.outcome(pid)
        after = stored_seed()
        assert after in (before, seed), "a version nobody published"
        if outcome is not None:
            assert outcome["event"] == "published", outcome
            assert after == seed, "an acknowledged publication was lost"
            tally["acknowledged"] += 1
        else:
            tally["committed unacknowledged" if after == seed else "not committed"] += 1
        assert publish_seed(seed).changed == (() if after == seed else tuple(writer.partitions(0)))
        assert stored_seed() == seed, "one re-run did not heal it"
    tell(f"{kills} kills in {duration * 1e3:.0f} ms: {tally}, 0 torn, 0 lost, all healed")
    assert tally["not committed"] > 0


def publishing_time(writers):
    """Seconds from the signal to the acknowledgement, when nobody interferes."""
    pid = writers.start(1)
    began = time.monotonic()
    writers.go(pid)
    assert writers.outcome(pid)["event"] == "published"
    return time.monotonic() - began


def wait_for_files(folder, known, seconds=10):
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline and set(folder.rglob("*")) <= known:
        pass
