"""A test that gets into `make quick` by mistake is told so by its name."""

import os
import socket
import subprocess
import sys

import pytest

from tests.conftest import GUARD
from tests.quick import FIXTURES, FOLDERS, MARKERS, is_quick

HERE = "tests/test_quick.py"


@pytest.fixture
def refused():
    """What the guard refused this test; it is forgiven, for it is what the test is about."""
    yield GUARD.refused
    GUARD.refused.clear()


@pytest.mark.parametrize(
    "start",
    [
        lambda: subprocess.run([sys.executable, "-c", ""], check=False),
        os.fork,
        lambda: os.system("true"),  # noqa: S605, S607
        lambda: os.posix_spawn("/bin/true", ["true"], {}),
    ],
    ids=["subprocess", "fork", "system", "spawn"],
)
def test_a_quick_test_that_starts_a_process_is_named(start, refused):
    with pytest.raises(AssertionError, match=rf"{HERE}::.* starts a process .*`processes`"):
        start()
    assert len(refused) == 1
    refused.clear()


def test_a_quick_test_that_calls_another_machine_is_named(refused):
    with (
        socket.socket() as calling,
        pytest.raises(AssertionError, match=r"calls .*198\.51\.100\.1"),
    ):
        calling.connect(("198.51.100.1", 9))
    assert len(refused) == 1
    refused.clear()


def test_who_was_refused_and_went_on_without_fails_in_the_end(refused):
    with pytest.raises(AssertionError):
        os.fork()
    with pytest.raises(AssertionError, match="starts a process"):
        GUARD.check()
    refused.clear()


def test_a_quick_test_may_talk_to_a_server_of_its_own():
    with socket.create_server(("127.0.0.1", 0)) as server:
        socket.create_connection(server.getsockname()).close()
    assert GUARD.refused == []


@pytest.fixture
def ended_by_a_process():
    """Something that a test before has started, and that ends after this one."""
    yield
    subprocess.run([sys.executable, "-c", ""], check=True)


@pytest.mark.usefixtures("ended_by_a_process")
def test_what_others_have_started_may_be_ended_after_a_quick_test():
    assert GUARD.test is not None


@pytest.mark.processes
def test_a_test_that_is_marked_may_start_processes():
    subprocess.run([sys.executable, "-c", ""], check=True)


def test_what_is_named_exists(request, repository):
    assert all((repository / "tests" / folder).is_dir() for folder in FOLDERS)
    known = {text.partition(":")[0] for text in request.config.getini("markers")}
    assert known >= MARKERS
    files = "".join(file.read_text() for file in (repository / "tests").rglob("conftest.py"))
    assert all(f"def {name}(" in files for name in FIXTURES)


def test_this_test_is_quick_and_one_of_a_folder_that_is_named_is_not(request):
    assert is_quick(request.node)
    assert request.node.get_closest_marker("quick")
