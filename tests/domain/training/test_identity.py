"""One id of one training, whatever the machine: its threads, its BLAS, its processor."""

import os
import subprocess
import sys

import pytest

from tests.domain.training import trained_elsewhere
from tests.domain.training.trained_elsewhere import model_id

THREADS = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS")
# NumPy and OpenBLAS choose what is compiled for the processor; these pretend that it is an old one
OLD = {
    "OPENBLAS_CORETYPE": "Prescott",
    "NPY_DISABLE_CPU_FEATURES": "X86_V3 X86_V4 AVX512_ICL AVX512_SPR",
    "OPENBLAS_NUM_THREADS": "1",
    "OMP_NUM_THREADS": "1",
}
MACHINES = [
    {},
    {"OPENBLAS_NUM_THREADS": "1"},
    {"OPENBLAS_NUM_THREADS": "2"},
    {"OMP_NUM_THREADS": "1"},
    {"OMP_NUM_THREADS": "2"},
    {"OPENBLAS_CORETYPE": "Haswell"},
    {"OPENBLAS_CORETYPE": "SkylakeX"},
    {"OPENBLAS_CORETYPE": "Prescott"},
    {"NPY_DISABLE_CPU_FEATURES": OLD["NPY_DISABLE_CPU_FEATURES"]},
    {"GLIBC_TUNABLES": "glibc.cpu.hwcaps=-AVX2,-FMA,-AVX512F"},
    OLD,
]


def id_on(machine, repository, policy_trials):
    plain = {name: value for name, value in os.environ.items() if name not in THREADS}
    trained = subprocess.run(  # noqa: S603
        [sys.executable, trained_elsewhere.__file__, str(policy_trials)],
        env=plain | machine,
        cwd=repository,
        capture_output=True,
        text=True,
        check=True,
    )
    return trained.stdout.strip()


@pytest.mark.processes
def test_an_old_processor_with_one_thread_makes_the_model_that_this_one_makes(repository):
    assert id_on(OLD, repository, 3) == model_id(3)


@pytest.mark.torture
def test_threads_kernels_and_units_of_the_processor_make_one_model(repository):
    found = {str(machine): id_on(machine, repository, 30) for machine in MACHINES}
    print("\n".join(f"{made}  {machine}" for machine, made in found.items()))  # noqa: T201
    assert len(set(found.values())) == 1, found
