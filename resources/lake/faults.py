"""Turning what Delta, Arrow and the file system raise into errors of ours that name a way out."""

import re
from collections.abc import Iterator
from contextlib import contextmanager

from traderai_assets.domain.errors import LakeError
from traderai_assets.domain.plain_text import plain_line

_DRAWING = re.compile(r"\x1b\[[0-9;]*m|↳")
_LONGEST = 400


@contextmanager
def raised_as(kind: type[LakeError], what: str, way_out: str) -> Iterator[None]:
    """Raise any failure inside the block as `kind`, saying what failed and what to do.

    A damaged file can make the Rust readers panic. pyo3 derives its PanicException from
    BaseException and offers no name to import, hence the comparison by name; everything else
    outside Exception is an interrupt and passes.
    """
    try:
        yield
    except LakeError:
        raise
    except BaseException as error:
        if not isinstance(error, Exception) and type(error).__name__ != "PanicException":
            raise
        raise kind(f"{what}: {type(error).__name__}: {_in_one_line(error)}; {way_out}") from error


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
        raise LakeError(
            f"{where} cannot be reached: {_in_one_line(error)}; mend the store and run it again"
        ) from error


def _in_one_line(error: BaseException) -> str:
    # delta-rs draws a chain of causes, with arrows and terminal colours.
    return plain_line(_DRAWING.sub(" ", str(error)), most=_LONGEST)
