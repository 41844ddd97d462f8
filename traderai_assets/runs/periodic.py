"""A heartbeat: something done again and again beside the work, as long as the work lasts.

What is done stands elsewhere; here is only the thread, that it ends, and that no error is lost.
"""

import threading
import time
from collections.abc import Callable
from types import TracebackType
from typing import Self


class Periodic:
    """Calls `beat` every `seconds` in a thread of its own while the block lasts.

    Native code and samplers release the interpreter, so it beats while they run. An error of
    `beat` ends the beating; it is raised when the block ends, unless the block itself failed.

    Parameters
    ----------
    beat : callable
        Called by the thread alone, never twice at once.
    seconds : float
        From the beginning of one call to the beginning of the next.
    """

    def __init__(self, beat: Callable[[], None], seconds: float) -> None:
        self._beat = beat
        self._seconds = seconds
        self._ended = threading.Event()
        self._error: Exception | None = None
        # A daemon: where the interpreter is torn down, nobody waits for a beat.
        self._thread = threading.Thread(target=self._run, name="periodic", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._ended.set()
        self._thread.join()
        if self._error is not None and error is None:
            raise self._error

    def _run(self) -> None:
        due = time.monotonic() + self._seconds
        while not self._ended.wait(max(0.0, due - time.monotonic())):
            try:
                self._beat()
            except Exception as error:  # noqa: BLE001  # Raised in __exit__, where it is seen
                self._error = error
                return
            # After a beat that took long, the next one comes at once and the count starts anew.
            due = max(due + self._seconds, time.monotonic())
