"""The markets that are kept, as the settings and the notes of the command line have it."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from traderai_assets.domain.kept_markets import MARKETS, OF_OLD, Keeping
from traderai_assets.instance.market_notes import read_notes, write_notes
from traderai_assets.settings import Settings

if TYPE_CHECKING:
    from dagster import DagsterInstance

_KEPT = "traderai/kept/"


def kept_markets(instance: "DagsterInstance", settings: Settings) -> list[str]:
    """Return the key of every market to keep, sorted."""
    named = {market.key for market in settings.market_list()}
    candidates = {*named, *instance.get_dynamic_partitions(MARKETS)}
    found = keepings(instance, candidates)
    return sorted(key for key in candidates if found[key].is_kept(named=key in named))


def keepings(instance: "DagsterInstance", markets: Iterable[str]) -> dict[str, Keeping]:
    """Return what was decided about keeping each of `markets`."""
    keys = sorted(markets)
    notes = read_notes(instance, [f"{_KEPT}{key}" for key in keys])
    return {key: Keeping.parse(notes.get(f"{_KEPT}{key}", "")) or OF_OLD for key in keys}


def add_market(instance: "DagsterInstance", settings: Settings, key: str) -> None:
    """Keep a market by command; one that the settings name is theirs again.

    Its note first: a kill in between leaves no partition of which nobody knows why it is there.
    """
    named = key in {market.key for market in settings.market_list()}
    _write(instance, {key: Keeping(added=not named)})
    if not instance.has_dynamic_partition(MARKETS, key):
        instance.add_dynamic_partitions(MARKETS, [key])


def remove_market(instance: "DagsterInstance", settings: Settings, key: str) -> None:
    """Keep a market no longer; its partition and its data stay."""
    named = key in {market.key for market in settings.market_list()}
    _write(instance, {key: Keeping(removed=True, despite_settings=named)})


def forget_market(instance: "DagsterInstance", settings: Settings, key: str) -> None:
    """Delete a removed market's partition, and the note of its removal; last of all.

    As long as it is there the removal can be seen and done again. A market that the settings still
    name stays removed; another may be added anew, also in the web UI.
    """
    if instance.has_dynamic_partition(MARKETS, key):
        instance.delete_dynamic_partition(MARKETS, key)
    if key not in {market.key for market in settings.market_list()}:
        write_notes(instance, {f"{_KEPT}{key}": ""})


def sync_with_settings(instance: "DagsterInstance", settings: Settings) -> None:
    """Make partitions of the markets that the settings name, and note what they name no more.

    For one sensor only: two that add the same partition at once would collide.
    """
    named = {market.key for market in settings.market_list()}
    partitions = set(instance.get_dynamic_partitions(MARKETS))
    notes = read_notes(instance, [f"{_KEPT}{key}" for key in sorted(named | partitions)])
    changed = {}
    for key in sorted(named | partitions):
        before = Keeping.parse(notes.get(f"{_KEPT}{key}", ""))
        if before is None and key in named:
            changed[key] = Keeping()  # Named, and not added: it ends where it is named no more
        elif before is not None and before.seen(named=key in named) != before:
            changed[key] = before.seen(named=key in named)
    _write(instance, changed)
    new = [key for key in kept_markets(instance, settings) if key not in partitions]
    if new:
        instance.add_dynamic_partitions(MARKETS, new)


def _write(instance: "DagsterInstance", keepings: dict[str, Keeping]) -> None:
    write_notes(instance, {f"{_KEPT}{key}": keeping.text() for key, keeping in keepings.items()})
