"""Ingest: one month of candles, from an exchange into the lake, with gaps, asks and refusals.

Here: what fetches and records. Not here: the exchange client (resources/exchange) nor rules of what
an absence means (domain/candles).
"""
