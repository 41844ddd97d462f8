"""Remembered answers: what was worked out of partitions, by the content hashes they had.

A content hash stands for a table's name, a partition and all its rows. So an answer that follows
from the hashes it is remembered by is never stale, and what changes is worked out anew, from rows
that are verified as they are read.
"""

from collections import OrderedDict
from collections.abc import Callable, Hashable
from threading import Lock
from typing import Generic, TypeVar

Answer = TypeVar("Answer")


class Remembered(Generic[Answer]):
    """At most so many answers of one question; those asked for longest ago go first.

    An answer is handed to all who ask: it must not be changed.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._answers: OrderedDict[Hashable, Answer] = OrderedDict()
        self._turn = Lock()  # Sensors tick in threads

    def of(self, version: Hashable, work_out: Callable[[], Answer]) -> Answer:
        """Return the answer for a version, worked out where it is not remembered.

        Parameters
        ----------
        version : hashable
            All that the answer follows from, such as content hashes and settings.
        work_out : callable
            What it raises is raised, and not remembered.
        """
        with self._turn:
            if version in self._answers:
                self._answers.move_to_end(version)
                return self._answers[version]
        answer = work_out()
        with self._turn:
            self._answers[version] = answer
            while len(self._answers) > self._most:
                self._answers.popitem(last=False)
        return answer
