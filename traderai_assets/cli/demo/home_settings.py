"""The settings of the demo's home: two strategies that differ in what they ask of a trade.

They are written into the home once, so that `traderai dev` and every other command that is given
this home knows the same strategies. A home that has settings of its own keeps them.
"""

from traderai_assets.cli.atomic_write import atomic_write
from traderai_assets.cli.context import open_settings
from traderai_assets.cli.sandbox.origin import SandboxOrigin
from traderai_assets.settings import Settings
from traderai_assets.settings_files import HOME_FILE

# Of the planted edge; how it was chosen, and what it is worth after costs: docs/strategies.md
EDGE = 0.41

_TEXT = """\
# Settings of this home alone, written by `traderai demo`: they go over those of the project's file.
# Both strategies trade as makers, at 0.02 % a side.

[search]
horizon_bars = []           # what a strategy says, and no other

[costs]
fee_rate = 0.0002
slippage_rate = 0.0

# An hour ahead, where the simulated market can be forecast a little; sure of what it counts on
[strategies.patient.training]
horizon_bars = 12

# Half a day ahead, where the planted push is handed back on average, with all that looks good
[strategies.reckless.training]
horizon_bars = 144
confidence = 0.5
learners = ["lightgbm"]
folds = 3
"""


def demo_settings() -> Settings:
    """Return the settings of the demo's home; they are written into one that is new."""
    settings = open_settings()
    own = settings.home / HOME_FILE
    if own.exists() or SandboxOrigin.of(settings) is not None:
        return settings
    settings.home.mkdir(parents=True, exist_ok=True)
    with atomic_write(own) as draft:
        draft.write_text(_TEXT)
    return open_settings()
