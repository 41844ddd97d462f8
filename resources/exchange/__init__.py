"""Exchanges: ccxt's own classes, held to time, size, rate limit and readability.

What belongs here: asking a venue for candles, its clock and its list of markets, and all in which
ours differs from ccxt; what one exchange alone needs is a row of `quirks.py` and stands nowhere
else. What does not: what a candle must be (domain/candles), when and why one is asked for (ingest,
sensors), how much of a venue's numbers is believed (domain/venue_numbers.py). How to add an
exchange's quirk: docs/how-to/exchange.md.
"""
