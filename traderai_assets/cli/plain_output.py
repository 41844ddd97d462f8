"""Output: what is printed acts on no terminal, whoever wrote it.

Run logs, tags, partition keys and errors hold what strangers wrote. Every command prints through
this stream, and so does a traceback that nobody caught.
"""

import sys
from typing import TextIO

from traderai_assets.domain.plain_text import plain_lines


class PlainStream:
    """A text stream on which nothing is written that acts instead of being read.

    What an encoding lacks is written out as well. It has no `buffer`: click would write past it.
    """

    def __init__(self, stream: TextIO) -> None:
        self.terminal = stream  # For our own cursor strokes alone

    def write(self, text: str) -> int:
        """Write lines as they can be read."""
        if not isinstance(text, str):
            raise TypeError(f"a text is written here, not {type(text).__name__}")
        encoding = self.encoding or "utf-8"
        self.terminal.write(plain_lines(text).encode(encoding, "backslashreplace").decode(encoding))
        return len(text)

    def writelines(self, lines: list[str]) -> None:
        """Write each."""
        for line in lines:
            self.write(line)

    def flush(self) -> None:
        """Let it be seen."""
        self.terminal.flush()

    def isatty(self) -> bool:
        """Whether it is a terminal, with a person before it."""
        return self.terminal.isatty()

    def fileno(self) -> int:
        """The file below, as for its size."""
        return self.terminal.fileno()

    @property
    def encoding(self) -> str | None:
        """The encoding of the stream below."""
        return getattr(self.terminal, "encoding", None)

    @property
    def errors(self) -> str | None:
        """How it treats what its encoding lacks; nothing of the kind reaches it."""
        return getattr(self.terminal, "errors", None)


def make_output_plain() -> None:
    """Print through plain streams from here on."""
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if stream is not None and not isinstance(stream, PlainStream):
            setattr(sys, name, PlainStream(stream))


def draw(text: str) -> None:
    """Write cursor strokes of our own, and a text that is plain already, to the terminal."""
    stream = sys.stdout
    below = stream.terminal if isinstance(stream, PlainStream) else stream
    below.write(text)
    below.flush()
