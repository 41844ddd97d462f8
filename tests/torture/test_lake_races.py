import random
import signal
import time

import pytest

from resources.lake.resource import LakeResource


@pytest.mark.parametrize("races", [5, pytest.param(500, marks=pytest.mark.torture)])
def test_of_two_runs_that_publish_the_same_partitions_at_once_exactly_one_wins(
    writers, lake, writer, stored_seed, publish_seed, races, tell
):
    publish_seed(0)
    refused = 0
    for race in range(races):
        seeds = (2 * race + 1, 2 * race + 2)
        runs = {writers.start(seed): seed for seed in seeds}
        for pid in runs:
            writers.go(pid)
        outcomes = [writers.next_event() for _ in runs]
        (winner,) = [o["seed"] for o in outcomes if o["event"] == "published"]
        (loser,) = [o for o in outcomes if o["event"] == "refused"]
        assert f"run-{winner}" in loser["error"], loser
        assert f"run-{loser['seed']}" in loser["error"], loser
        assert "run it again" in loser["error"], loser
        assert stored_seed() == winner
        refused += 1
    versions = [e.version for e in lake.history(writer.TABLE, writer.MARKET, writer.MONTHS[0])]
    assert len(versions) == min(races + 1, 100)
    tell(f"{races} races of two runs: {races} winners, {refused} refused, 0 mixed")


@pytest.mark.parametrize("zombies", [6, pytest.param(50, marks=pytest.mark.torture)])
def test_a_run_that_was_given_up_and_wakes_later_publishes_nothing(
    writers, lake, writer, stored_seed, publish_seed, some_time, zombies, tell
):
    chance = random.Random(zombies)
    ends = {"refused": 0, "published": 0}
    for seed in range(3, 2 * zombies + 3, 2):
        zombie = writers.start(seed)
        some_time(zombie, chance)
        writers.send(zombie, signal.SIGSTOP)
        successor = publish_seed(seed + 1)
        writers.send(zombie, signal.SIGCONT)
        outcome = writers.outcome(zombie)
        # It may have committed before it was stopped, never after its successor did
        assert outcome["event"] in ends, outcome
        ends[outcome["event"]] += 1
        if outcome["event"] == "published":
            assert outcome["version"] < successor.version, "a stale commit"
        assert stored_seed() == seed + 1, "a stale commit"
        assert lake.snapshot(writer.TABLE).version == successor.version
    tell(f"{zombies} zombies: {ends}, 0 stale commits")


@pytest.mark.parametrize("rounds", [3, pytest.param(50, marks=pytest.mark.torture)])
def test_runs_that_create_the_same_table_at_once_make_one(writers, root, rounds, tell):
    for number in range(rounds):
        for seed in range(4):
            writers.ask(seed, root=str(root / str(number)))
        loaded = [writers.next_event() for _ in range(4)]
        assert [(run["event"], run["version"]) for run in loaded] == [("loaded", 0)] * 4
        for run in loaded:
            writers.go(run["pid"])
        outcomes = sorted(writers.next_event()["event"] for _ in loaded)
        assert outcomes == ["published", "refused", "refused", "refused"]
        log = root / str(number) / "bars" / "_delta_log"
        assert sorted(path.name for path in log.iterdir()) == [f"{0:020d}.json", f"{1:020d}.json"]
    tell(f"{rounds} tables created by 4 runs at once: each exists once, with one run's rows")


@pytest.mark.parametrize("rounds", [4, pytest.param(100, marks=pytest.mark.torture)])
def test_a_first_publication_that_is_killed_is_begun_again(writers, root, writer, rounds, tell):
    chance, begun = random.Random(rounds), 0
    for number in range(rounds):
        lake = LakeResource(root=str(root / str(number)))
        writers.ask(number, root=lake.root)
        pid = writers.next_event()["pid"]
        writers.go(pid)
        deadline = time.monotonic() + 10
        while not (root / str(number)).exists() and time.monotonic() < deadline:
            time.sleep(0.001)
        time.sleep(chance.uniform(0, 0.2))
        writers.send(pid, signal.SIGKILL)
        while writers.runs(pid):
            time.sleep(0.01)
        writers.kill_all()
        begun += lake.snapshot(writer.TABLE).version == 0
        lake.snapshot(writer.TABLE).publish(
            writer.partitions(500 + number), run_id="again", code_version="1"
        )
        read = lake.snapshot(writer.TABLE).read(writer.MARKET, [writer.MONTHS[0]])
        assert set(read["seed"]) == {500 + number}
    tell(f"{rounds} first publications killed, {begun} before their commit: all begun again")
