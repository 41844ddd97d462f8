"""The wire between a run and its fitting processes: a JSON head and bytes, each with its length."""

import json
from typing import Any, BinaryIO

_LENGTH_BYTES = 8


def send(stream: BinaryIO, head: dict[str, Any], body: bytes = b"") -> None:
    """Write one message, whole."""
    text = json.dumps(head).encode()
    for part in (text, body):
        stream.write(len(part).to_bytes(_LENGTH_BYTES, "big"))
        stream.write(part)
    stream.flush()


def receive(stream: BinaryIO) -> tuple[dict[str, Any], bytes]:
    """Read one message.

    Raises
    ------
    EOFError
        If the other end is gone.
    """
    head = json.loads(_read_part(stream))
    return head, _read_part(stream)


def _read_part(stream: BinaryIO) -> bytes:
    return _read(stream, int.from_bytes(_read(stream, _LENGTH_BYTES), "big"))


def _read(stream: BinaryIO, size: int) -> bytes:
    content = stream.read(size)
    if len(content) < size:
        raise EOFError("the other end of the wire is gone")
    return content
