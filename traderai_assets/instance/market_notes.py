"""Notes of a market beside its candles: what refuses it, and whether it is kept at all.

The notes lie in the instance's key-value store: a row each, written whole, there after a restart.
They are written by run workers, by the sensor `stale_candles` and by the command line.
"""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from traderai_assets.domain.freshness.refusals import OF_THE_MARKET, MarketRefusal, refused_again
from traderai_assets.instance.run_queries import stored_notes
from traderai_assets.work_classes import JOBS

if TYPE_CHECKING:
    from dagster import DagsterInstance

SCOPES = (OF_THE_MARKET, *JOBS)
_REFUSED = "traderai/refused/"
_A_QUERY = 500  # Names in one query: every database takes so many


def refusal_of(
    instance: "DagsterInstance", market: str, scope: str = OF_THE_MARKET
) -> MarketRefusal | None:
    """Return what refuses the market, or its runs of one job; None where nothing does."""
    name = _name(market, scope)
    return MarketRefusal.parse(read_notes(instance, [name]).get(name, ""))


def refusals_in(
    instance: "DagsterInstance", markets: Iterable[str], scope: str = OF_THE_MARKET
) -> dict[str, MarketRefusal]:
    """Return what refuses each of `markets`, or its runs of one job; others are left out."""
    found = refusals_of(instance, markets, [scope])
    return {market: one for market, [one] in found.items()}


def refusals_of(
    instance: "DagsterInstance", markets: Iterable[str], scopes: Sequence[str] = SCOPES
) -> dict[str, list[MarketRefusal]]:
    """Return all that refuses each of `markets`; those without are left out."""
    names = {_name(market, scope): market for market in markets for scope in scopes}
    found: dict[str, list[MarketRefusal]] = {}
    for name, text in read_notes(instance, list(names)).items():
        refusal = MarketRefusal.parse(text)
        if refusal is not None:
            found.setdefault(names[name], []).append(refusal)
    return found


def note_refused(
    instance: "DagsterInstance",
    market: str,
    reason: str,
    *,
    scope: str = OF_THE_MARKET,
    ended: bool = False,
    final: bool = False,
    now: datetime | None = None,
) -> MarketRefusal:
    """Write down one more refusal, and return what is noted of it now."""
    before = refusal_of(instance, market, scope)
    after = refused_again(before, scope, reason, now or machine_time(), ended=ended, final=final)
    write_notes(instance, {_name(market, scope): after.text()})
    return after


def note_answered(instance: "DagsterInstance", market: str, *scopes: str) -> None:
    """Forget what refused the market in these scopes; nothing is written where nothing did."""
    names = [_name(market, scope) for scope in scopes]
    found = read_notes(instance, names)
    write_notes(instance, {name: "" for name in names if found.get(name)})


def machine_time() -> datetime:
    """Return the time that decides when to ask again, for who notes it and who reads it."""
    return datetime.now(UTC)


def read_notes(instance: "DagsterInstance", names: Sequence[str]) -> dict[str, str]:
    """Return the notes of these names that exist."""
    found: dict[str, str] = {}
    for first in range(0, len(names), _A_QUERY):
        found |= stored_notes(instance, names[first : first + _A_QUERY])
    return found


def write_notes(instance: "DagsterInstance", notes: dict[str, str]) -> None:
    """Write notes; an empty one counts as none, since the store forgets nothing."""
    if notes:
        instance.run_storage.set_cursor_values(notes)


def _name(market: str, scope: str) -> str:
    return f"{_REFUSED}{market}/{scope}"
