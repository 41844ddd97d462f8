"""The gate before training, as its sensor last found it: which markets wait for data, and which.

The sensor has asked the exchange for its time and read the candles; here its own words are read,
and told with their time.
"""

import re
from typing import TYPE_CHECKING, Any

from traderai_assets.status.run_facts import moment

if TYPE_CHECKING:
    from dagster import DagsterInstance

SENSOR = "stale_models"
# Each market's sentence begins with its key, behind a few words at most
_SENTENCE = re.compile(r"(?:^|; )(?=(?:(?:the|a) model of )?(\w+\.[\w-]+\.\w+) )")
_UNNAMED = re.compile(r"; and (\d+) markets more$")
_MONTH = re.compile(r"\b\d{4}-\d{2}\b(?!-)")
_COMMAND = re.compile(r'"(traderai backfill [^"]+)"')


def gate_state(instance: "DagsterInstance") -> dict[str, Any]:
    """Return when the sensor last trained nothing, the markets that wait, and how many more."""
    from dagster._core.definitions.run_request import InstigatorType
    from dagster._core.scheduler.instigation import TickStatus

    states = instance.all_instigator_state(instigator_type=InstigatorType.SENSOR)
    ticks = [
        tick
        for state in states
        if state.instigator_name == SENSOR
        for tick in instance.get_ticks(
            state.instigator_origin_id, state.selector_id, limit=1, statuses=[TickStatus.SKIPPED]
        )
    ]
    last = max(ticks, key=lambda tick: tick.timestamp, default=None)
    reason = (last.skip_reason or "") if last is not None else ""
    unnamed = _UNNAMED.search(reason)
    return {
        "as_of": moment(last.timestamp) if last is not None else None,
        "markets": waiting_markets(reason),
        "unnamed": int(unnamed.group(1)) if unnamed else 0,
    }


def waiting_markets(reason: str) -> list[dict[str, Any]]:
    """Read from a skip reason which markets wait, for what months, and what fetches them."""
    told = _UNNAMED.sub("", reason)
    begins = [*_SENTENCE.finditer(told)]
    ends = [*(begin.start() for begin in begins[1:]), len(told)]
    rows = []
    for begin, end in zip(begins, ends, strict=False):
        _, waits, why = told[begin.end() : end].partition(", but ")
        if waits:
            found = why.partition('; fetch and make them with "')[0]
            rows.append(
                {
                    "market": begin.group(1),
                    "months": _MONTH.findall(found),
                    "reason": found,
                    "commands": _COMMAND.findall(why),
                }
            )
    return rows
