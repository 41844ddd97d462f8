"""Verdicts as they are stored: the last one on a strategy, with its looks and changes of state."""

import json
from typing import Any

from resources.lake.resource import LakeResource
from traderai_assets.domain.strategies.states import INSUFFICIENT
from traderai_assets.domain.strategies.strategy import Strategy
from traderai_assets.schemas.tables import ALL_MARKETS, ALL_MONTHS, Table
from traderai_assets.schemas.verdict import LOOKS, STATE_CHANGES, VERDICTS, VETOES

_LOOK = ("number", "day", "t", "bound", "alpha_spent", "strategies", "days", "trades", "passed")


def all_looks(lake: LakeResource, strategy: Strategy) -> list[dict[str, Any]]:
    """Return every look that was made of a strategy, with all that is stored of it."""
    return _rows(lake.of(strategy), LOOKS, strategy)


def last_verdict(lake: LakeResource, strategy: Strategy) -> dict[str, Any]:
    """Return the last verdict on a strategy as JSON can hold it; one that is not judged says so."""
    own = lake.of(strategy)
    verdicts = _rows(own, VERDICTS, strategy)
    looks = [{name: look[name] for name in _LOOK} for look in _rows(own, LOOKS, strategy)]
    found: dict[str, Any] = {
        "strategy": strategy.name,
        "id": strategy.id,
        "state": INSUFFICIENT,
        "sentence": f"{strategy.name} is not judged yet; its record is made by "
        f'"traderai walk-forward {strategy.name}"',
        "judged_until": None,
        "numbers": {},
        "looks": looks,
        "changes": _rows(own, STATE_CHANGES, strategy),
        "vetoes": [],
    }
    if verdicts:
        last = verdicts[-1]
        found |= {name: last[name] for name in ("state", "sentence", "judged_until")}
        found["numbers"] = json.loads(last["numbers"])
        said = _rows(own, VETOES, strategy)
        found["vetoes"] = [one for one in said if one["verdict"] == last["number"]]
    return found


def _rows(lake: LakeResource, table: Table, strategy: Strategy) -> list[dict[str, Any]]:
    """Return the rows of the strategy's id, days as ISO dates, nulls as None."""
    stored = lake.snapshot(table).read(ALL_MARKETS, [ALL_MONTHS])
    own = stored[stored["strategy_id"] == strategy.id]
    for name in own.select_dtypes("datetimetz"):
        own = own.assign(**{str(name): own[name].dt.strftime("%Y-%m-%d")})
    plain = own.astype(object)
    rows = plain.where(plain.notna(), None).to_dict("records")
    return [{str(name): value for name, value in row.items()} for row in rows]
