"""What the gate found last, as it is kept: which markets wait for data, for which, what fetches it.

The sensor writes it at each tick and `traderai status` reads it; no program reads the sensor's
sentences, which are for people.
"""

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from traderai_assets.domain.plain_text import plain_line

if TYPE_CHECKING:
    from traderai_assets.domain.freshness.training_data import Refusal

_VERSION = 1
_LONGEST_REASON = 1_000


@dataclass(frozen=True)
class WaitingMarket:
    """One market whose next model waits for data.

    Attributes
    ----------
    market : str
        Market key.
    served_month : str
        The month whose model is due.
    reason : str
        What is wrong, as the second half of a sentence.
    months : tuple of str
        What must be fetched or made, oldest first; empty where no command helps.
    missing_bars : mapping of str to int
        By month, bars that are neither stored nor known gaps.
    commands : tuple of str
        What to type.
    strategy : str
        Whose model is due; empty where there is one strategy without a name.
    """

    market: str
    served_month: str
    reason: str
    months: tuple[str, ...]
    missing_bars: dict[str, int]
    commands: tuple[str, ...]
    strategy: str = ""

    @classmethod
    def of(cls, refusal: "Refusal", strategy: str = "") -> "WaitingMarket":
        """Return what is kept of a refusal."""
        return cls(
            refusal.market,
            refusal.served.key,
            plain_line(refusal.found, most=_LONGEST_REASON),
            tuple(month.key for month in refusal.months),
            {month.key: bars for month, bars in refusal.missing.items()},
            tuple(refusal.commands),
            strategy,
        )


@dataclass(frozen=True)
class GateFinding:
    """All markets that wait for data, as of one tick of the sensor, by the machine's clock."""

    as_of: datetime
    markets: tuple[WaitingMarket, ...]

    def text(self) -> str:
        """Return it as it is stored."""
        rows = [asdict(one) for one in self.markets]
        return json.dumps({"version": _VERSION, "as_of": self.as_of.isoformat(), "markets": rows})

    @classmethod
    def parse(cls, text: str) -> "GateFinding | None":
        """Read it back; None where nothing is stored, or another version of the code wrote it.

        The next tick of the sensor writes it anew.
        """
        told = json.loads(text) if text else {}
        if told.get("version") != _VERSION:
            return None
        return cls(datetime.fromisoformat(told["as_of"]), tuple(_markets(told["markets"])))


def _markets(rows: list[dict[str, Any]]) -> Iterable[WaitingMarket]:
    for row in rows:
        lists = {name: tuple(row[name]) for name in ("months", "commands")}
        yield WaitingMarket(**row | lists)
