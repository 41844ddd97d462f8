import contextlib
import importlib.util
import json
import os
import queue
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from resources.lake.resource import LakeResource

SCRIPT = Path(__file__).with_name("lake_writer.py")
REPOSITORY = Path(__file__).parents[2]


class Writers:
    """Runs in processes of their own, and what they say."""

    def __init__(self):
        self.root = None
        self._process = subprocess.Popen(  # noqa: S603
            [sys.executable, SCRIPT],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,  # Rust tells there of every panic it recovered from
            text=True,
            cwd=REPOSITORY,
            start_new_session=True,  # A process group of its own
            env=os.environ | {"PYTHONPATH": str(REPOSITORY)},
        )
        self._events = queue.Queue()
        self._pids = set()
        self._reader = threading.Thread(target=self._listen)
        self._reader.start()
        assert self.next_event()["event"] == "ready"

    def _listen(self):
        for line in self._process.stdout:
            self._events.put(json.loads(line))

    def next_event(self, seconds=60):
        event = self._events.get(timeout=seconds)
        self._pids.add(event["pid"])
        return event

    def start(self, seed, **options):
        """Start a run and wait until it has loaded the table; returns its pid."""
        self.ask(seed, **options)
        loaded = self.next_event()
        assert (loaded["event"], loaded["seed"]) == ("loaded", seed), loaded
        return loaded["pid"]

    def ask(self, seed, **options):
        """Start a run and do not wait."""
        self._process.stdin.write(
            json.dumps({"root": str(self.root), "seed": seed} | options) + "\n"
        )
        self._process.stdin.flush()

    def go(self, pid):
        """Let a loaded run publish."""
        self.send(pid, signal.SIGUSR1)

    def send(self, pid, sent):
        """Send a signal to a run, if it is still there and still one of ours."""
        with contextlib.suppress(ProcessLookupError):
            if self.runs(pid):
                os.kill(pid, sent)

    def runs(self, pid):
        """Whether a run is still there: its number may be another process's by now."""
        try:
            return os.getpgid(pid) == self._process.pid
        except ProcessLookupError:
            return False

    def kill_all(self):
        """End every run that is left, and forget what was said."""
        for pid in self._pids - {self._process.pid}:
            self.send(pid, signal.SIGKILL)
        self._pids.clear()
        with contextlib.suppress(queue.Empty):
            while True:
                self._events.get(timeout=0.05)

    def outcome(self, pid):
        """How a run ended; None if it was killed before it could say."""
        while True:
            try:
                event = self.next_event(seconds=0.01)
            except queue.Empty:
                if not self.runs(pid):
                    return self._last_words(pid)
            else:
                assert event["pid"] == pid, event
                return event

    def _last_words(self, pid):
        try:
            event = self.next_event(seconds=0.02)
        except queue.Empty:
            return None
        assert event["pid"] == pid, event
        return event

    def close(self):
        os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait(timeout=30)
        self._reader.join(timeout=30)
        self._process.stdin.close()
        self._process.stdout.close()


@pytest.fixture(scope="session")
def writer():
    """The script itself, for the table and the rows it publishes."""
    spec = importlib.util.spec_from_file_location("lake_writer", SCRIPT)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def root(tmp_path):
    """The folder the lake is in."""
    return tmp_path


@pytest.fixture(scope="session")
def fork_server():
    """The one process that has paid for its imports."""
    started = Writers()
    yield started
    started.close()


@pytest.fixture
def writers(fork_server, root):
    fork_server.root = root
    yield fork_server
    fork_server.kill_all()


@pytest.fixture
def some_time(writers, root, publish_seed):
    """Wait until a run that was told to go is somewhere in its publication."""
    publish_seed(0)
    pid = writers.start(1)
    began = time.monotonic()
    writers.go(pid)
    assert writers.outcome(pid)["event"] == "published"
    duration = time.monotonic() - began

    def wait(pid, chance):
        known = set(root.rglob("*"))
        writers.go(pid)
        if chance.random() < 0.5:
            time.sleep(chance.uniform(0, 1.2 * duration))
            return
        # Once it has begun to write: most of a publication is computing
        deadline = time.monotonic() + 10 * duration
        while time.monotonic() < deadline and set(root.rglob("*")) <= known:
            pass
        time.sleep(chance.uniform(0, 0.03))

    return wait


@pytest.fixture
def lake(root):
    return LakeResource(root=str(root))


@pytest.fixture
def tell(capsys):
    """Print what a torture counted, also where pytest captures."""

    def line(text):
        with capsys.disabled():
            print(f"\n{text}")  # noqa: T201

    return line


@pytest.fixture
def stored_seed(lake, writer):
    """The seed of the one publication that the lake holds whole."""

    def read():
        snapshot = lake.snapshot(writer.TABLE)
        found = snapshot.read(writer.MARKET, writer.MONTHS)
        seeds = found["seed"].unique().tolist()
        assert len(seeds) <= 1, f"torn: rows of {seeds}"
        if seeds:
            assert len(found) == 4_000, f"torn: {len(found)} rows of run {seeds[0]}"
        return seeds[0] if seeds else None

    return read


@pytest.fixture
def publish_seed(lake, writer):
    """Publish in this process, as the next run would."""

    def publish(seed):
        return lake.snapshot(writer.TABLE).publish(
            writer.partitions(seed), run_id=f"run-{seed}", code_version="1"
        )

    return publish
