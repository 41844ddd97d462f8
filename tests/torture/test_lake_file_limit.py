import random

import pytest


@pytest.mark.parametrize("points", [6, pytest.param(100, marks=pytest.mark.torture)])
def test_a_write_that_fails_at_any_byte_leaves_the_old_version_readable(
    writers, stored_seed, publish_seed, points, tell
):
    # RLIMIT_FSIZE fails a write with EFBIG at a chosen byte and needs no privilege. Data files
    # have about 16,000 bytes, commits 3,000, checkpoints 20,000 and more.
    chance = random.Random(points)
    failed = 0
    publish_seed(0)
    for seed in range(1, points + 1):
        before = stored_seed()
        pid = writers.start(seed, largest_file=chance.randrange(35_000))
        writers.go(pid)
        outcome = writers.outcome(pid)
        after = stored_seed()
        if outcome["event"] == "failed":
            failed += 1
            assert "run it again" in outcome["error"]
            assert after in (before, seed)
        else:
            assert (outcome["event"], after) == ("published", seed), outcome
        publish_seed(seed)
        assert stored_seed() == seed, "one re-run did not heal it"
    tell(f"{points} failed writes: {failed} publications failed, no version was lost, all healed")
    assert failed > points // 4
