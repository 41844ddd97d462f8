"""The properties of the default run with draws nobody has seen: what they find becomes an @example.

`python -m pytest --hypothesis-profile=fresh_draws FILE` does the same for one file.
"""

import random
import subprocess
import sys

import pytest


def files_of_properties(repository):
    found = sorted((repository / "tests").rglob("test_*.py"))
    return [file for file in found if "\n@given(" in file.read_text()]


def test_the_files_of_properties_are_found(repository):
    names = {file.name for file in files_of_properties(repository)}
    assert {"test_policy.py", "test_folds.py", "test_markets.py"} <= names


@pytest.mark.torture
def test_no_property_fails_for_draws_nobody_has_seen(repository):
    seed = random.SystemRandom().randrange(2**32)
    ended = subprocess.run(  # noqa: S603
        [
            *(sys.executable, "-m", "pytest", "-q", "-m", "not torture", "-p", "no:cacheprovider"),
            *("--hypothesis-profile=fresh_draws", f"--hypothesis-seed={seed}"),
            *map(str, files_of_properties(repository)),
        ],
        cwd=repository,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 0, f"--hypothesis-seed={seed}\n{ended.stdout[-8000:]}"
