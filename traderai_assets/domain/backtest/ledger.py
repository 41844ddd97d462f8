"""Where the kernels write what: the lines of a ledger, the columns of a book, the rules given."""

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


class Rules(NamedTuple):
    """What holds for every trade of a walk; `optimistic` lets the target come first."""

    bar: int
    fee_rate: float
    slippage_rate: float
    optimistic: bool
