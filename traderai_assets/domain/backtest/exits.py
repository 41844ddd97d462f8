"""How a position can end, as the small numbers the kernels return."""

from typing import Final

OPEN: Final = 0
"""The candles stop before the position does."""
TARGET: Final = 1
"""The favourable price was reached."""
STOP: Final = 2
"""The unfavourable price was reached, or both were inside one bar."""
TIME: Final = 3
"""The horizon was over."""
LIQUIDATION: Final = 4
"""The price was reached at which closing leaves nothing of the account."""
