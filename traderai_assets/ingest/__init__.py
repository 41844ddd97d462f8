"""Ingest: one month of candles, from an exchange into the lake, with gaps, asks and refusals.

Here: what fetches and records.
Not here: the client (resources/exchange), rules of what an absence means (domain/candles).
How to: docs/how-to/exchange.md.
"""
