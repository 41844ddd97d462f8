"""Exchanges: ccxt's own classes, held to time, size, rate limit and readability.

Here: one market's candles as pages, the venue's clock, and every quirk of a venue.
Not here: which bars are wanted and what an absence means (domain/candles).
How to: docs/how-to/exchange.md.
"""
