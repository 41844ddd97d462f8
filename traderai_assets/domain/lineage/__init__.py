"""Lineage by row: which rows a candle reaches, and which candles a row was made of.

Here: arithmetic over open times, bars and months, and the narrowing of ranges by rows at hand.
Not here: what is stored of any of it (traderai_assets/lineage), nor lineage of whole partitions,
which Dagster has.
How to: docs/how-to/asset.md.
"""
