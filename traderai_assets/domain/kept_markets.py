"""Which markets are kept: those the settings name and those added by command, less those removed.

A market that was removed while the settings named it stays away until they have named it no more:
naming it again is a new wish.
"""

import json
from dataclasses import asdict, dataclass, replace

MARKETS = "markets"
"""Name of the set of partitions that markets are, as Dagster keeps it."""


@dataclass(frozen=True)
class Keeping:
    """What was said of keeping one market, beside the settings.

    Attributes
    ----------
    added : bool
        By command; so it is kept also where the settings do not name it.
    removed : bool
        By command.
    despite_settings : bool
        Whether the settings named it when it was removed, and have done so since.
    """

    added: bool = False
    removed: bool = False
    despite_settings: bool = False

    def is_kept(self, *, named: bool) -> bool:
        """Whether the market is kept; `named` is whether the settings name it."""
        if named:
            return not (self.removed and self.despite_settings)
        return self.added and not self.removed

    def seen(self, *, named: bool) -> "Keeping":
        """Return what holds after a look at the settings."""
        if named and self.removed and not self.despite_settings:
            return replace(self, removed=False)
        if not named and self.despite_settings:
            return replace(self, despite_settings=False)
        return self

    def text(self) -> str:
        """Return it as it is stored."""
        return json.dumps(asdict(self))

    @classmethod
    def parse(cls, text: str) -> "Keeping | None":
        """Read it back; None where nothing (readable) is stored."""
        try:
            told = cls(**json.loads(text))
        except (ValueError, TypeError):
            return None
        return told if all(isinstance(value, bool) for value in asdict(told).values()) else None


# A partition of a home from before this was written down: nobody knows why it is there
OF_OLD = Keeping(added=True)
