"""What the gate before training found last: a note in the instance's key-value store.

The sensor `stale_models` writes it whole at each tick. Of a home where it has not ticked yet, since
this is kept, nothing is known.
"""

from typing import TYPE_CHECKING

from traderai_assets.domain.freshness.waiting import GateFinding
from traderai_assets.instance.market_notes import read_notes, write_notes

if TYPE_CHECKING:
    from dagster import DagsterInstance

_NAME = "traderai/gate"


def note_gate_finding(instance: "DagsterInstance", finding: GateFinding) -> None:
    """Write down what was found, in place of what was found before."""
    write_notes(instance, {_NAME: finding.text()})


def gate_finding(instance: "DagsterInstance") -> GateFinding | None:
    """Return what was found last; None where no sensor of this version has ticked yet."""
    return GateFinding.parse(read_notes(instance, [_NAME]).get(_NAME, ""))
