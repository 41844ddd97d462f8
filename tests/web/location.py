"""A code location with something to launch, to report and to look at."""

import dagster as dg


@dg.asset
def prices() -> int:
    """Anything."""
    return 1


@dg.sensor(target=dg.AssetSelection.assets("prices"))
def looking() -> dg.SkipReason:
    """Never ask for anything."""
    return dg.SkipReason("nothing to do")


defs = dg.Definitions(assets=[prices], sensors=[looking])
