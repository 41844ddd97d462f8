"""THE table of exchange quirks: in what one exchange differs from what ccxt says of it.

An exchange's quirk is a row here, and no other file of this folder names an exchange. What holds
for every exchange is no quirk (each answer is judged, each clock doubted, each page asked again),
nor is what ccxt's own class says rightly. A row goes when ccxt has learnt it; a test looks.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class ExchangeQuirks:
    """What differs at one exchange; a field left alone means: as ccxt says.

    Attributes
    ----------
    exchange : str
        ccxt's id.
    why : str
        What was seen there, with a number.
    page_rows : int or None
        Most candles to ask for at a time, where that many are cheaper or safer than ccxt's number.
    newest_bars : int or None
        It serves that many of its newest bars (the open one among them) and nothing older, whatever
        it is asked: a page of so many that reaches the present is the whole of its history.
    """

    exchange: str
    why: str = ""
    page_rows: int | None = None
    newest_bars: int | None = None


QUIRKS = (
    ExchangeQuirks(
        "binanceusdm", "500 rows cost 5 units of its rate limit, 499 cost 2.", page_rows=499
    ),
    ExchangeQuirks(
        "binancecoinm", "500 rows cost 5 units of its rate limit, 499 cost 2.", page_rows=499
    ),
    ExchangeQuirks(
        "kraken", "An older `since` is silently ignored (ccxt issue 22606).", newest_bars=720
    ),
)


def quirks_of(exchange_id: str) -> ExchangeQuirks:
    """Return the row of an exchange; one without quirks where it has none."""
    return next((row for row in QUIRKS if row.exchange == exchange_id), ExchangeQuirks(exchange_id))
