"""The gate before training, as its sensor found it last: which markets wait for data, and which."""

from typing import TYPE_CHECKING, Any

from traderai_assets.status.run_facts import moment

if TYPE_CHECKING:
    from dagster import DagsterInstance


def gate_state(instance: "DagsterInstance") -> dict[str, Any]:
    """Return when the sensor judged last, and a row for each market that waits for data."""
    from traderai_assets.instance.gate_notes import gate_finding

    found = gate_finding(instance)
    return {
        "as_of": None if found is None else moment(found.as_of),
        "markets": [
            {
                "market": one.market,
                "months": list(one.months),
                "reason": one.reason,
                "commands": list(one.commands),
            }
            | ({"strategy": one.strategy} if one.strategy else {})
            for one in (found.markets if found is not None else ())
        ],
    }
