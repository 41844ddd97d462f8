"""Fitting in other processes gives what fitting here gives, and ends when its run does."""

import os
import signal
import subprocess
import sys
import time
from concurrent.futures import wait
from pathlib import Path

import numpy as np
import pytest

from resources.fitting.processes import FITS_WORTH_A_PROCESS, fit_processes
from traderai_assets.domain.errors import DegenerateData, WorkerDied
from traderai_assets.domain.models.learner import FitSettings
from traderai_assets.domain.models.learners import LEARNERS
from traderai_assets.domain.models.parameters import LEARNER_SPACE
from traderai_assets.domain.models.sample import RowWeights
from traderai_assets.domain.training.fit_arrays import FitArrays, LabelArrays
from traderai_assets.domain.training.fitting import FitTask, InProcessFitter
from traderai_assets.domain.training.labelling import Labelling

LABELLING = Labelling(6, 1.0)


def idle():
    """Whatever else this machine does."""
    return False


@pytest.fixture(scope="module")
def processes():
    """Two processes, which take some seconds to start; for tests that leave them running."""
    with fit_processes(2, busy=idle) as started:
        yield started


def arrays(rows=600):
    random = np.random.default_rng(3)
    features = random.normal(size=(rows, 5))
    label = np.where(features[:, 0] + random.normal(size=rows) > 0, 1, -1)
    opened = np.arange(rows) * 300_000
    cuts = {0: (0, 400, 600), 1: (0, 100, 200), 2: (0, 300, 400)}
    slices = {
        number: (np.arange(first, middle), np.arange(middle, end))
        for number, (first, middle, end) in cuts.items()
    }
    return FitArrays(
        names=tuple("abcde"),
        features=features,
        labels={LABELLING: LabelArrays(opened, opened + 1_800_000, label, slices)},
        settings=FitSettings(rounds=30, early_stopping_rounds=10, report_every=5, seed=3),
        weights=RowWeights(uniqueness=True, half_life_ms=3_600_000.0),
        most_rows=200,
    )


def task(learner="lightgbm", fold=1, **changes):
    parameters = LEARNERS[learner].translate(LEARNER_SPACE.defaults | {"rows_per_leaf": 10})
    return FitTask(learner, LABELLING, fold, parameters | changes, 10)


TASKS = [task(learner, fold) for learner in LEARNERS for fold in (1, 2, 0)]


def bytes_of(fits, tasks):
    if not isinstance(fits, InProcessFitter):
        wait([*fits._pool._starting])
    made = fits.fit_all(tasks, lambda _: None)
    return [(fit.model.to_bytes(), fit.best_rounds) for fit in made]


def test_rows_survive_the_wire_to_the_bit():
    given = arrays()
    again = FitArrays.from_bytes(given.to_bytes())
    assert again.to_bytes() == given.to_bytes()
    for fold in (0, 1, 2):
        for here, there in zip(
            given.samples(LABELLING, fold), again.samples(LABELLING, fold), strict=True
        ):
            assert here.features.tobytes() == there.features.tobytes()
            assert here.weight.tobytes() == there.weight.tobytes()
            assert here.names == there.names


@pytest.mark.processes
def test_models_come_back_in_order_and_to_the_byte_those_fitted_here(processes):
    given = arrays()
    fits = processes(given, FITS_WORTH_A_PROCESS)
    assert not isinstance(fits, InProcessFitter)
    assert bytes_of(fits, TASKS) == bytes_of(InProcessFitter(given), TASKS)
    # The same processes, other rows
    fewer = arrays(601)
    other = processes(fewer, FITS_WORTH_A_PROCESS)
    assert bytes_of(other, TASKS[:2]) == bytes_of(InProcessFitter(fewer), TASKS[:2])


@pytest.mark.processes
def test_while_the_processes_start_this_one_fits():
    given = arrays()
    with fit_processes(2, busy=idle) as processes:
        fits = processes(given, FITS_WORTH_A_PROCESS)
        assert not fits._pool.ready()  # type: ignore[attr-defined]
        first = next(fits.fit_all(TASKS, lambda _: None))
        assert (first.model.to_bytes(), first.best_rounds) == bytes_of(
            InProcessFitter(given), TASKS[:1]
        )[0]


@pytest.mark.processes
def test_a_search_that_gives_up_early_drops_what_has_not_begun(processes):
    fits = processes(arrays(), FITS_WORTH_A_PROCESS)
    wait([*fits._pool._starting])  # type: ignore[attr-defined]
    fitting = fits.fit_all(TASKS * 5, lambda _: None)
    first = next(fitting)
    fitting.close()
    assert first.model.to_bytes() == bytes_of(fits, TASKS[:1])[0][0]


def test_little_work_starts_no_process():
    with fit_processes(2, busy=idle) as processes:
        assert isinstance(processes(arrays(), FITS_WORTH_A_PROCESS - 1), InProcessFitter)
    with fit_processes(1, busy=idle) as processes:
        assert isinstance(processes(arrays(), 1_000), InProcessFitter)


def test_where_no_core_is_to_spare_this_process_fits():
    with fit_processes(2, busy=lambda: True) as processes:
        assert isinstance(processes(arrays(), 1_000), InProcessFitter)


@pytest.mark.processes
def test_an_error_there_is_the_same_error_here(processes):
    fits = processes(arrays(), FITS_WORTH_A_PROCESS)
    with pytest.raises(RuntimeError, match="in the fitting process"):
        bytes_of(fits, [task(num_leaves=1)])
    assert bytes_of(fits, TASKS[:1])


def test_an_error_of_ours_keeps_its_kind():
    from resources.fitting import process as module

    told = module._error_of({"failed": "DegenerateData", "message": "one class", "trace": ""})
    assert isinstance(told, DegenerateData)
    assert str(told) == "one class"


@pytest.mark.processes
def test_a_process_that_is_killed_ends_the_fit_with_its_name():
    with fit_processes(2, busy=idle) as processes:
        fits = processes(arrays(), FITS_WORTH_A_PROCESS)
        bytes_of(fits, TASKS)
        for process in fits._pool._processes:  # type: ignore[attr-defined]
            os.kill(process._process.pid, signal.SIGKILL)
        with pytest.raises(WorkerDied, match=r"fitted lightgbm on fold 1 ended with code -9"):
            bytes_of(fits, TASKS[:1])


@pytest.mark.processes
def test_fitting_processes_end_with_a_run_that_is_killed(repository, tmp_path):
    script = tmp_path / "run.py"
    script.write_text(
        "import time\n"
        "from resources.fitting.processes import _Pool\n"
        "pool = _Pool(2)\n"
        "print(*(process._process.pid for process in pool._processes), flush=True)\n"
        "time.sleep(60)\n"
    )
    run = subprocess.Popen(  # noqa: S603 - a script of our own
        [sys.executable, script], stdout=subprocess.PIPE, cwd=repository, text=True
    )
    children = [int(pid) for pid in run.stdout.readline().split()]
    assert len(children) == 2
    run.kill()
    run.wait()
    run.stdout.close()
    deadline = time.monotonic() + 20
    while any(alive(pid) for pid in children) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert not any(alive(pid) for pid in children)


def alive(pid):
    """Whether a process runs; one that ended and that nobody asked after does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().split()[2] != "Z"
    except FileNotFoundError:
        return False
