"""The layout of what kernels take and return: rules, lines of a ledger, columns of a book, exits.

How a position can end is a small number; OPEN to LIQUIDATION name them.
"""

from typing import Final, NamedTuple

CASH: Final = 0
UNITS: Final = 1
FEES: Final = 2
FUNDING: Final = 3
HELD: Final = 4
LEDGER_LINES: Final = 5
"""Of an array of shape (5, n_bars): cash and signed units at each close, and fees, funding and
side held during each bar."""

BOOK: Final = (
    "entry",
    "exit",
    "price",
    "reason",
    "account",
    "units",
    "fees",
    "funding",
)
"""Columns of an array of shape (n_trades, 8): rows of entry and exit, exit price before costs, why,
the account just before the entry, signed units, and what was paid."""


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

EIGHT_HOURS: Final = 8 * 60 * 60 * 1000
"""Between two marks of funding, in milliseconds; 1970 began with one."""


class Rules(NamedTuple):
    """What holds for every trade of a walk; `optimistic` lets the target come first."""

    bar: int
    fee_rate: float
    slippage_rate: float
    optimistic: bool
