"""Errors in one line: our own, the machine's, and the database's under Dagster; others stay whole.

Nothing is imported for it: what was not loaded has raised nothing.
"""

import sys

from traderai_assets.domain.errors import TraderAIError

_DATABASE = (
    ("sqlalchemy.exc", "SQLAlchemyError"),
    ("dagster_postgres.utils", "DagsterPostgresException"),
)
_CONFIG = (("dagster._core.errors", "DagsterInvalidConfigError"),)


def in_one_line(error: Exception) -> str | None:
    """Return the error as a person can use it; None where only its traceback tells."""
    if isinstance(error, TraderAIError | OSError):
        return str(error)
    if isinstance(error, _loaded(_DATABASE)):
        return (
            f"the database of Dagster's instance does not answer: {_cause(error)}; is it running, "
            "and do dagster.yaml and the environment name the right one?"
        )
    if isinstance(error, _loaded(_CONFIG)):
        faults = [fault.message for fault in getattr(error, "errors", [])] or [str(error)]
        return f"Dagster's instance cannot be opened as dagster.yaml says: {_first_line(faults[0])}"
    return None


def _loaded(names: tuple[tuple[str, str], ...]) -> tuple[type[Exception], ...]:
    return tuple(
        getattr(sys.modules[module], name) for module, name in names if module in sys.modules
    )


def _cause(error: BaseException) -> str:
    """Return what was said first: who gave up retrying says only that."""
    while error.__cause__ is not None:
        error = error.__cause__
    return _first_line(str(error))


def _first_line(text: str) -> str:
    return text.strip().partition("\n")[0].rstrip(" :")
