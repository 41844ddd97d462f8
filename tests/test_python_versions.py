"""Which Python it runs on stands in several files, and each says the one that is tested."""

import re
import sys
import tomllib


def test_what_is_allowed_is_what_is_tested(repository):
    project = tomllib.loads((repository / "pyproject.toml").read_text())
    running = f"{sys.version_info.major}.{sys.version_info.minor}"
    following = f"{sys.version_info.major}.{sys.version_info.minor + 1}"
    assert project["project"]["requires-python"] == f">={running},<{following}"
    named = [text for text in project["project"]["classifiers"] if re.search(r":: \d\.\d", text)]
    assert named == [f"Programming Language :: Python :: {running}"]
    assert project["tool"]["ruff"]["target-version"] == f"py{running.replace('.', '')}"


def test_make_asks_for_the_same_python(repository):
    least, beyond = re.findall(r"\((\d, \d+)\)", (repository / "Makefile").read_text())[:2]
    assert (least, beyond) == ("3, 11", "3, 12")


def test_the_image_is_of_the_same_python(repository):
    image = (repository / "deploy" / "Dockerfile").read_text()
    assert set(re.findall(r"python:(\d\.\d+)", image)) == {"3.11"}
