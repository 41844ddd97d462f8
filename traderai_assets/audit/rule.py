"""A rule: its sentence, what it reads, and what it says of a home."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from traderai_assets.domain.errors import TraderAIError

if TYPE_CHECKING:
    from traderai_assets.audit.evidence import Evidence


class Violation(NamedTuple):
    """What does not hold, and where: fields that do not apply are empty."""

    what: str
    market: str = ""
    month: str = ""
    row: str = ""


class CannotJudgeError(TraderAIError):
    """What a rule needs is not there; says what, and why."""


@dataclass(frozen=True)
class Rule:
    """One invariant.

    Attributes
    ----------
    name : str
        By which it is asked for alone.
    sentence : str
        What must hold.
    reads : tuple of str
        Tables, and "events" or "runs" of Dagster's instance.
    check : callable
        Yields violations; raises CannotJudgeError where it cannot be judged.
    """

    name: str
    sentence: str
    reads: tuple[str, ...]
    check: Callable[["Evidence"], Iterator[Violation]]
