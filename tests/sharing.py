"""How workers share the tests: what is slow to set up is set up once, and what waits begins first.

A worker takes a part at a time. A part is a file, or all files of a folder that share something:
the platform in which every asset was made once, the PostgreSQL server. Where processes of their own
do the work (daemon, code server, runs) a worker mostly waits: such folders are one part each, so
that no more of them are at work than there are parts, and they begin first, so that the rest fills
the time.
"""

from typing import Any

# Folder -> its part; in the order in which they are begun
PARTS = {
    "pipeline": "platforms that run",
    "queue": "queues and databases",
    "postgres": "queues and databases",
    "web": "queues and databases",
    "assets": "the platform in which everything was made",
}
# Before the files that are over in seconds
LONG_FOLDERS = ("live", "instance", "board", "cli", "resources", "sensors", "benchmarks")


def part_of(nodeid: str) -> str:
    """Name the part of a test: never two workers run tests of the same one."""
    file = nodeid.partition("::")[0]
    return PARTS.get(_folder(file), file)


def place(nodeid: str) -> tuple[int, str]:
    """Where a test's part stands in a run; tests of a part keep their order."""
    folder = _folder(nodeid)
    parts = list(dict.fromkeys(PARTS.values()))
    if folder in PARTS:
        return parts.index(PARTS[folder]), ""
    if folder in LONG_FOLDERS:
        return len(parts) + LONG_FOLDERS.index(folder), ""
    return len(parts) + len(LONG_FOLDERS), ""


def scheduler(config: Any, log: Any) -> Any:
    """Make xdist's scheduler, with these parts in this order."""
    from xdist.scheduler import LoadScopeScheduling

    class Parts(LoadScopeScheduling):
        def _split_scope(self, nodeid: str) -> str:
            return part_of(nodeid)

    config.option.loadscopereorder = False
    return Parts(config, log)


def _folder(nodeid: str) -> str:
    parts = nodeid.partition("::")[0].split("/")
    return parts[1] if len(parts) > 2 and parts[0] == "tests" else ""
