"""Kill searches over and over, let them end, print their ledgers: `killing.py FOLDER KILLS NAME..`.

A process of its own, because it forks: what was imported once need not be imported for each kill.
"""

import json
import os
import random
import signal
import sys
import time
from pathlib import Path

import toy  # type: ignore[import-not-found]
from optuna.storages import JournalStorage

from resources.studies.journal import Journal

FOLD_SECONDS = 0.003


def open_storage(folder):
    return JournalStorage(Journal(Path(folder, "killed.journal")))


def fork_search(folder, sampler):
    """Return the process and a pipe that it writes to before each fold."""
    told, tells = os.pipe()
    child = os.fork()
    if child == 0:

        def at_fold():
            os.write(tells, b".")
            time.sleep(FOLD_SECONDS)

        toy.toy_search(open_storage(folder), sampler, at_fold=at_fold)
        os._exit(0)
    os.close(tells)
    return child, told


def kill_once(folder, sampler, folds, seconds):
    """Kill a search so long after so many folds; say whether it was still at work."""
    child, told = fork_search(folder, sampler)
    while folds > 0 and (now := os.read(told, folds)):
        folds -= len(now)
    time.sleep(seconds)
    os.kill(child, signal.SIGKILL)
    status = os.waitpid(child, 0)[1]
    os.close(told)
    return os.WIFSIGNALED(status)


def kill_and_end(folder, sampler, kills):
    moments = random.Random(f"{sampler}{kills}")
    # Together they get about as far as the search goes
    most_folds = round(2.0 * toy.TRIALS * toy.FOLDS / kills)
    killed = 0
    while killed < kills and kill_once(
        folder, sampler, moments.randint(1, most_folds), moments.uniform(0.0, 3 * FOLD_SECONDS)
    ):
        killed += 1
    storage = open_storage(folder)
    study = storage.get_study_id_from_name("study")
    found = storage.get_all_trials(study)
    ledger = toy.toy_search(storage, sampler)
    interrupted = ["interrupted" in attempt.user_attrs for attempt in storage.get_all_trials(study)]
    return {
        "killed": killed,
        "ended_before": len({it.user_attrs["ordinal"] for it in found if it.state.is_finished()}),
        "interrupted": sum(interrupted),
        "ledger": ledger.to_json(),
    }


def main(folder, kills, samplers):
    for sampler in samplers:  # Imports all that a search needs, before the first fork
        toy.toy_search(open_storage(f"{folder}/warm-{sampler}"), sampler, 12)
    outcomes = {name: kill_and_end(f"{folder}/{name}", name, kills) for name in samplers}
    json.dump(outcomes, sys.stdout)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), sys.argv[3:])
