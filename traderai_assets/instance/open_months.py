"""Which month is open at each exchange, as the sensors last saw it: one may be replayed."""

from datetime import UTC, datetime

from dagster import DagsterInstance

from traderai_assets.domain.months import Month


def open_month(instance: DagsterInstance, exchange: str) -> str:
    """Return the month that is open by the exchange's clock, as the sensors last saw it."""
    name = _cursor_name(exchange)
    seen = instance.run_storage.get_cursor_values({name})
    return seen.get(name) or Month.of(datetime.now(UTC)).key


def note_open_month(instance: DagsterInstance, exchange: str, month: Month) -> None:
    """Remember which month is open at `exchange`: a replayed one is not in today's."""
    instance.run_storage.set_cursor_values({_cursor_name(exchange): month.key})


def _cursor_name(exchange: str) -> str:
    return f"traderai/open_month/{exchange}"
