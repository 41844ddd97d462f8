"""A code location with something to launch, to report and to look at."""

import dagster as dg

MONTHS = ["2026-01", "2026-02", "2026-03"]


@dg.asset
def prices() -> int:
    """Anything."""
    return 1


@dg.asset(partitions_def=dg.StaticPartitionsDefinition(MONTHS))
def monthly() -> int:
    """Anything, of a month."""
    return 1


@dg.sensor(target=dg.AssetSelection.assets("prices"))
def looking() -> dg.SkipReason:
    """Never ask for anything."""
    return dg.SkipReason("nothing to do")


defs = dg.Definitions(assets=[prices, monthly], sensors=[looking])
