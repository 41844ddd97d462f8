"""A lake that a sandbox fed says so itself: simulated candles are never continued with real ones.

The file lies beside the tables, so that it is where they are, whatever becomes of the home. What
stands in it is the command line's (cli/sandbox/origin.py).
"""

from resources.lake.storage import Storage

MARK = "sandbox.json"


def read_mark(root: str) -> bytes | None:
    """What a sandbox left in the lake it fed; None in a lake of a real exchange.

    Raises
    ------
    LakeError
        If the store does not answer: whose candles these are, nobody knows then.
    """
    storage = Storage(root, {})
    if storage.folder is not None and not is_marked(root):
        return None
    return storage.read(MARK) if storage.existing([MARK]) else None


def write_mark(root: str, content: bytes) -> None:
    """Mark the lake, whole or not at all."""
    Storage(root, {}).write(MARK, content)


def is_marked(root: str) -> bool:
    """Whether a lake in a folder is marked; False for an object store, which is not asked here.

    Definitions are loaded by it, which must not wait for a network.
    """
    folder = Storage(root, {}).folder
    return folder is not None and (folder / MARK).exists()
