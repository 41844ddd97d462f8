import random
import signal

import pytest


@pytest.mark.parametrize("kills", [8, pytest.param(200, marks=pytest.mark.torture)])
def test_a_run_killed_while_publishing_leaves_the_old_or_the_new_version_whole(
    writers, writer, stored_seed, publish_seed, some_time, kills, tell
):
    chance = random.Random(kills)
    tally = {"acknowledged": 0, "committed unacknowledged": 0, "not committed": 0}
    for seed in range(2, kills + 2):
        before = stored_seed()
        pid = writers.start(seed)
        some_time(pid, chance)
        writers.send(pid, signal.SIGKILL)
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
    tell(f"{kills} kills: {tally}, 0 torn, 0 lost, all healed")
    assert tally["not committed"] > 0
