"""How the virtual environment is made: what installs is pinned by hash, and nothing old is left."""

import re


def test_pip_is_renewed_by_its_hash_before_it_installs_anything(repository):
    [pinned] = [
        line
        for line in (repository / "requirements-pip.lock").read_text().splitlines()
        if not line.startswith("#")
    ]
    assert re.fullmatch(r"pip==\d+(\.\d+)+ --hash=sha256:[0-9a-f]{64}", pinned)
    made = (repository / "Makefile").read_text().split("-m venv ")[1:]
    assert len(made) == 2  # ours, and the peers'
    for steps in made:
        installs = [line for line in steps.splitlines() if "pip install" in line]
        assert all("--require-hashes" in line or "-e ." in line for line in installs[:3])
        assert "-r requirements-pip.lock" in installs[0]


def test_the_old_setuptools_that_python_brings_does_not_stay(repository):
    assert "pip uninstall -qq --yes setuptools" in (repository / "Makefile").read_text()
    for folder in (repository, repository / "deploy"):
        assert "\nsetuptools==" not in (folder / "requirements.lock").read_text()
