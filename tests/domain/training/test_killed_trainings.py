"""A training that is killed goes on where it stood and comes to the same model, byte for byte."""

import random
import subprocess
import sys

import pytest

pytestmark = pytest.mark.processes


def start(repository, folder, kind):
    return subprocess.Popen(  # noqa: S603 - a script of our own
        [sys.executable, "-m", "tests.domain.training.killed_training", folder, kind],
        cwd=repository,
        stdout=subprocess.PIPE,
        text=True,
    )


def model_of(process):
    said, _ = process.communicate(timeout=300)
    assert process.returncode == 0
    return said.strip()


@pytest.fixture(scope="module", params=["search", "refit"])
def kind(request):
    return request.param


@pytest.fixture(scope="module")
def undisturbed(repository, tmp_path_factory, kind):
    return model_of(start(repository, tmp_path_factory.mktemp("undisturbed"), kind))


@pytest.mark.parametrize(
    "kills", [pytest.param(2), pytest.param(20, marks=pytest.mark.torture, id="twenty")]
)
def test_killed_anywhere_and_run_again_it_makes_the_same_model(
    repository, tmp_path, undisturbed, kind, kills
):
    dice, hit = random.Random(4), 0
    while hit < kills:
        process = start(repository, tmp_path, kind)
        try:
            process.wait(dice.uniform(1.5, 6.0))
        except subprocess.TimeoutExpired:
            process.kill()
            hit += 1
        finally:
            process.communicate()
        # One that came to its end starts from nothing again
        if process.returncode == 0:
            (tmp_path / "binance.BTC-USDT.5m.2026-02.journal").unlink()
    assert model_of(start(repository, tmp_path, kind)) == undisturbed
