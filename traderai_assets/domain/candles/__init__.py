"""Candles: judging rows, merging revisions, knowing gaps.

Here: what a row, an absence and a price step mean, and what is asked for again.
Not here: how candles are fetched (ingest, resources/exchange) and stored (schemas).
How to: docs/how-to/exchange.md.
"""
