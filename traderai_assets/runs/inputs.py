"""Inputs: what a partition was made of, table by table and month by month, in an event and back.

In a partition's list of inputs, which the lake's log and a model's card keep, `candles/2026-03` is
a content hash (`fast/models/2026-03` where what is there once for all strategies reads a table of
one of them), and `crossings/2026-03` says in writing what of that month learning may not cross.
An event names the same as data versions, whole and as JSON. Dagster's tag of a source is the hash
of these: its length does not grow with the months, and no month is lost.
"""

import hashlib
import json
from collections.abc import Mapping

import dagster as dg

from traderai_assets.domain.candles.crossings import candles_version
from traderai_assets.schemas.candles import CANDLES
from traderai_assets.schemas.tables import ALL_MONTHS

# Inputs of this name are texts: what of a month's candles learning may not cross
CROSSINGS = "crossings"
# Metadata of each event of ours: table -> month -> data version
INPUTS = "inputs"
_NOTHING_READ = "none"

Versions = dict[str, dict[str, str]]


def input_versions(inputs: Mapping[str, str]) -> Versions:
    """Return table -> month -> data version of a partition's list of inputs.

    Parameters
    ----------
    inputs : mapping
        `table/month` -> content hash, with `crossings/month` -> text beside that of candles; an
        entry without a month is no table's and is left out.
    """
    found: Versions = {}
    for name, value in inputs.items():
        table, slash, month = name.rpartition("/")
        if slash and table != CROSSINGS:
            crossings = inputs.get(f"{CROSSINGS}/{month}", "") if table == CANDLES.name else ""
            found.setdefault(table, {})[month] = candles_version(value, crossings)
    return found


def combined_version(versions: Mapping[str, str]) -> str:
    """Return one version of a source's months: the hash of all their versions, however many.

    Another version of any month, or another month, makes it another.
    """
    if not versions:
        return _NOTHING_READ
    return hashlib.sha256(json.dumps(versions, sort_keys=True).encode()).hexdigest()


def source_version(versions: Mapping[str, str]) -> str:
    """Return what an event calls the version of a source.

    One that has no months is held against its own data version by Dagster, and so called by it.
    """
    if set(versions) == {ALL_MONTHS}:
        return versions[ALL_MONTHS]
    return combined_version(versions)


def event_inputs(event: dg.AssetMaterialization) -> Versions | None:
    """Return what the partition of an event was made of; None where the event does not name it.

    Events of versions before 0.2.0 do not: they hold tags in which the versions of a source's
    months were joined, in the order of reads and cut after the seventh (`gate/provenance.py`).
    """
    named = event.metadata.get(INPUTS)
    if not isinstance(named, dg.JsonMetadataValue) or not isinstance(named.data, dict):
        return None
    return {str(table): dict(months) for table, months in named.data.items()}
