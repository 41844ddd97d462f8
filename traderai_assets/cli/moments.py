"""Moments as people type them."""

from datetime import UTC, datetime

from traderai_assets.domain.errors import InvalidInput


def moment_of(text: str, what: str) -> datetime:
    """Read a moment; in UTC, also where it names no zone.

    Raises
    ------
    InvalidInput
        If it is none; `what` is named.
    """
    try:
        told = datetime.fromisoformat(text)
    except ValueError:
        raise InvalidInput(
            f"{what} {text[:40]!r} is no time; expected one such as 2026-03-01T12:00"
        ) from None
    return told.replace(tzinfo=UTC) if told.tzinfo is None else told.astimezone(UTC)
