"""All relations of a home, by name."""

from collections.abc import Callable
from typing import TYPE_CHECKING

import pandas as pd

from resources.lake.resource import LakeResource
from traderai_assets.query.former import former_relations
from traderai_assets.query.ran import run_relations
from traderai_assets.query.relation import Relation
from traderai_assets.query.stored import Reach, stored_relations
from traderai_assets.settings import Settings
from traderai_assets.strategies import tables_of

if TYPE_CHECKING:
    from dagster import DagsterInstance


def relations_of(
    lake: LakeResource,
    settings: Settings,
    instance: "Callable[[], DagsterInstance]",
    *,
    reach: Reach,
    now: pd.Timestamp,
) -> dict[str, Relation]:
    """Return every relation, read when it is asked for, in the order of their names.

    Parameters
    ----------
    lake : LakeResource
    settings : Settings
        Name the strategies whose tables there are, beside those that the lake remembers.
    instance : callable
        Opens Dagster's instance, if a statement names what ran.
    reach : Reach
        What is read of the lake's tables.
    now : Timestamp
        By which a signal is active or over.
    """
    stored = stored_relations(lake, tables_of(settings, lake.remembered()), reach)
    found = stored | former_relations(stored, now) | run_relations(instance)
    return dict(sorted(found.items()))
