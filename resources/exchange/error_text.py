"""Words of strangers in errors: made plain where an error enters, so that no log repeats them raw.

ccxt and `requests` put into an error what a venue wrote: body, headers, where a redirect leads. A
run's log keeps the whole chain of errors, and whoever reads it has a terminal.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from traderai_assets.domain.errors import BadExchangeAnswer, TraderAIError
from traderai_assets.domain.plain_text import MAX_CHARACTERS, plain_line


@contextmanager
def plain_errors() -> Iterator[None]:
    """Let the errors of the block pass, with what strangers said in them escaped and cut."""
    try:
        yield
    except Exception as error:
        if not _made_plain(error):
            text = plain_line(error)
            raise BadExchangeAnswer(f"{type(error).__name__}: {text}") from None
        for earlier in _chain(error):
            _drop_what_stays_raw(earlier)
        raise


def _chain(error: BaseException) -> Iterator[BaseException]:
    """Yield the error and all that lies behind it, each once."""
    seen: set[int] = set()
    waiting: list[BaseException | None] = [error]
    while waiting:
        one = waiting.pop()
        if one is not None and id(one) not in seen:
            seen.add(id(one))
            yield one
            waiting += [one.__cause__, one.__context__]


def _drop_what_stays_raw(error: BaseException) -> None:
    """Let go of a cause that cannot be made plain, such as one that keeps the bytes themselves."""
    if error.__cause__ is not None and not _made_plain(error.__cause__):
        error.__cause__ = None
    if error.__context__ is not None and not _made_plain(error.__context__):
        error.__context__ = None


def _made_plain(error: BaseException) -> bool:
    """Whether the error's words are plain now; our own are not cut, they name the way out."""
    most = None if isinstance(error, TraderAIError) else MAX_CHARACTERS
    words = plain_line(error, most=most)
    if words != str(error):
        error.args = (words,)
    notes = getattr(error, "__notes__", [])
    notes[:] = [plain_line(note) for note in notes]
    return str(error) == words
