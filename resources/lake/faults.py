"""Turning what Delta, Arrow and the file system raise into errors of ours that name a way out."""

import re
from collections.abc import Iterator
from contextlib import contextmanager

from traderai_assets.domain.errors import LakeError
from traderai_assets.domain.plain_text import plain_line
from traderai_assets.domain.ways_out import errno_in, way_out_of

_DRAWING = re.compile(r"\x1b\[[0-9;]*m|↳")
_LONGEST = 400


@contextmanager
def raised_as(kind: type[LakeError], what: str, way_out: str) -> Iterator[None]:
    """Raise any failure inside the block as `kind`, saying what failed and what to do.

    What the machine refuses, such as a full disk, has a way out of its own, told first. A damaged
    file can make the Rust readers panic. pyo3 derives its PanicException from BaseException and
    offers no name to import, hence the comparison by name; everything else outside Exception is
    an interrupt and passes.
    """
    try:
        yield
    except LakeError:
        raise
    except BaseException as error:
        if not isinstance(error, Exception) and type(error).__name__ != "PanicException":
            raise
        said = f"{what}: {type(error).__name__}: {_in_one_line(error)}"
        ways_out = [way for way in (mending(error), way_out) if way]
        raise kind("; ".join([said, *ways_out])) from error


@contextmanager
def answering(where: str) -> Iterator[None]:
    """Raise a store that cannot be reached as LakeError: what is stored there may be whole.

    A file that is not there is another matter and passes.
    """
    try:
        yield
    except FileNotFoundError:
        raise
    except OSError as error:
        mend = mending(error) or "mend the store"
        raise LakeError(
            f"{where} cannot be reached: {_in_one_line(error)}; {mend} and run it again"
        ) from error


def mending(error: BaseException) -> str | None:
    """What a person can do about the machine's refusal; None where it was none."""
    number = error.errno if isinstance(error, OSError) else None
    return way_out_of(number if number is not None else errno_in(str(error)))


def _in_one_line(error: BaseException) -> str:
    # delta-rs draws a chain of causes, with arrows and terminal colours.
    return plain_line(_DRAWING.sub(" ", str(error)), most=_LONGEST)
