"""How far a run is, in one line: the value, the tags it is kept in, and the text people read.

Nobody else writes the text or takes it apart: who wants a part of it reads the value.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Self

from traderai_assets.domain.run_tags import HIDDEN, SHOWN, tag_of

PROGRESS_TAG = f"{SHOWN}progress"
"""The text, for people."""
STATE_TAG = f"{HIDDEN}progress_state"
AS_OF_TAG = f"{HIDDEN}progress_as_of"
LINE_TAG = f"{HIDDEN}progress_line"
"""The value that the text was written from, JSON."""
BEGINNINGS = (PROGRESS_TAG, f"{HIDDEN}progress")
"""Of every tag of a run's progress."""

RUNNING, FINISHED, FAILED = "running", "finished", "failed"

_FAILED_AT = "failed at "
# As it was written before there was a value: "failed at 2026-06 search fold 3/5 42%, ends ..."
_TEXT_ALONE = re.compile(
    rf"(?P<failed>{_FAILED_AT})?(?P<what>[^,]*?)(?: (?P<percent>[0-9]+)%)?(?:,.*)?"
)


@dataclass(frozen=True)
class ProgressLine:
    """How far a run is.

    Attributes
    ----------
    what : str
        What it is at, such as `2026-06 search fold 3/5`.
    percent : int or None
        0 to 100; None where that is not known.
    state : {'running', 'finished', 'failed'}
    ends : datetime or None
        When it will be done at the pace so far, with a zone; None where that is not known.
    """

    what: str
    percent: int | None
    state: str
    ends: datetime | None = None

    @property
    def where(self) -> str:
        """What it is at and how far, without the time that changes while nothing else does."""
        failed = _FAILED_AT if self.state == FAILED else ""
        percent = "" if self.percent is None else f" {self.percent}%"
        return f"{failed}{self.what}{percent}"

    @property
    def text(self) -> str:
        """The whole line, for people."""
        return f"{self.where}, ends {self.ends:%H:%M:%S} UTC" if self.ends else self.where

    def tags(self) -> dict[str, str]:
        """Return the tags that keep the line on a run."""
        ends = self.ends.isoformat() if self.ends else None
        value = {"what": self.what, "percent": self.percent, "state": self.state, "ends": ends}
        return {PROGRESS_TAG: self.text, STATE_TAG: self.state, LINE_TAG: json.dumps(value)}

    @classmethod
    def of_tags(cls, tags: Mapping[str, str]) -> Self | None:
        """Read what a run's tags say; None where they say nothing.

        Where the text is another than the value's it is the younger, or older than all values: it
        was set by hand, or by a version that kept the text alone. Then it is read as it stands.
        """
        text = tags.get(PROGRESS_TAG, "")
        if not text:
            return None
        line = cls._of_json(tag_of(tags, LINE_TAG) or "")
        return line if line is not None and line.text == text else cls._of_text(text, tags)

    @classmethod
    def _of_json(cls, value: str) -> Self | None:
        try:
            read = json.loads(value)
            ends = read["ends"]
            return cls(
                str(read["what"]),
                None if read["percent"] is None else int(read["percent"]),
                str(read["state"]),
                None if ends is None else datetime.fromisoformat(ends),
            )
        except (ValueError, TypeError, KeyError, OverflowError, RecursionError):
            return None  # No value, or one that somebody wrote by hand: the text says more

    @classmethod
    def _of_text(cls, text: str, tags: Mapping[str, str]) -> Self:
        found = _TEXT_ALONE.fullmatch(text)
        if found is None:  # Of more than one line
            return cls(text, None, tag_of(tags, STATE_TAG) or RUNNING)
        percent = found["percent"]
        state = FAILED if found["failed"] else tag_of(tags, STATE_TAG) or RUNNING
        return cls(found["what"], None if percent is None else int(percent), state)
