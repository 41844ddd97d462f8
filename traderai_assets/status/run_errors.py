"""What a run failed of: the error of its own code, without what Dagster raised around it."""

from typing import TYPE_CHECKING

from traderai_assets.instance.run_queries import events_of_run

if TYPE_CHECKING:
    from dagster import DagsterEvent, DagsterInstance
    from dagster._core.events.log import EventLogEntry
    from dagster_shared.error import SerializableErrorInfo

_FAILURES = ("STEP_FAILURE", "PIPELINE_FAILURE")


def first_error(instance: "DagsterInstance", run_id: str) -> tuple[str, str]:
    """Return class and first line of the error a run failed of; ("", the message) without one.

    The first step that failed is the cause; the run's own failure says only that one did.
    """
    entries = events_of_run(instance, run_id, _FAILURES, limit=2)
    for entry in entries:
        error = error_of(entry)
        if error is not None:
            return error.cls_name or "", _first_line(_message(error))
    return "", _first_line(entries[0].message) if entries else ""


def error_of(entry: "EventLogEntry") -> "SerializableErrorInfo | None":
    """Return the error an event tells of; what Dagster raised around another is left out."""
    error = entry.error_info or _error_in(entry.dagster_event)
    if error is not None and error.cause and (error.cls_name or "").startswith("Dagster"):
        return error.cause
    return error


def error_line(error: "SerializableErrorInfo") -> str:
    """Return class and first line of an error, without what Dagster raised around it."""
    while error.cause and (error.cls_name or "").startswith(("Dagster", "Sensor")):
        error = error.cause
    return _first_line(_message(error))


def _error_in(event: "DagsterEvent | None") -> "SerializableErrorInfo | None":
    return getattr(event.event_specific_data, "error", None) if event is not None else None


def _message(error: "SerializableErrorInfo") -> str:
    """Return the message without the path of the module its class lives in."""
    where, _, text = error.message.strip().partition(": ")
    name = where.rpartition(".")[2]
    return f"{name}: {text}" if text and name == error.cls_name else error.message.strip()


def _first_line(text: str) -> str:
    return text.strip().partition("\n")[0]
