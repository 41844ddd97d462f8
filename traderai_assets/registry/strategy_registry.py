"""The registry of strategies: who was ever registered, and registering one before it is served.

What a strategy earns is first made by `backtests`, which registers it before anything else. So no
result is ever seen of a strategy that is not counted.
"""

from collections.abc import Callable
from datetime import datetime

from resources.lake.resource import LakeResource
from traderai_assets.domain.errors import LakeError, WriteConflict
from traderai_assets.domain.strategies.registered import (
    Registration,
    registration_of,
    with_registered,
)
from traderai_assets.domain.strategies.strategy import Strategy
from traderai_assets.schemas.strategies import STRATEGIES
from traderai_assets.schemas.tables import ALL_MARKETS, ALL_MONTHS

# Runs of some markets begin at one moment, and each registers the same strategy
_ATTEMPTS = 20
_CODE_VERSION = "1"


def registered(lake: LakeResource, strategy: Strategy) -> Registration | None:
    """Return what the registry knows of a strategy; None where it was never registered."""
    rows = lake.snapshot(STRATEGIES).read(ALL_MARKETS, [ALL_MONTHS])
    return registration_of(rows, strategy.id)


def register(
    lake: LakeResource, strategy: Strategy, *, clock: Callable[[], datetime], run_id: str
) -> Registration:
    """Register a strategy, unless its id is registered under its name already.

    Parameters
    ----------
    lake : LakeResource
    strategy : Strategy
    clock : callable
        Gives the time; asked only where it is not registered yet.
    run_id : str
        Of the run that registers it.

    Raises
    ------
    WriteConflict
        If others wrote the registry each time it was tried; nothing was written.
    """
    at: datetime | None = None
    for left in reversed(range(_ATTEMPTS)):
        snapshot = lake.snapshot(STRATEGIES)
        rows = snapshot.read(ALL_MARKETS, [ALL_MONTHS])
        found = registration_of(rows, strategy.id)
        if found is not None and strategy.name in found.names:
            return found
        at = at or clock()
        try:
            snapshot.publish(
                {(ALL_MARKETS, ALL_MONTHS): with_registered(rows, strategy, at)},
                run_id=run_id,
                code_version=_CODE_VERSION,
            )
        except WriteConflict:
            if not left:
                raise
    raise LakeError(
        f"strategy {strategy.name} was registered {_ATTEMPTS} times and is not found; see that "
        "nobody else writes table strategies, and run it again"
    )
