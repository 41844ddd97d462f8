"""Lineage as it is stored: what a signal was made of, and what one candle has touched.

Here: reading of the lake and of the event log, into plain rows.
Not here: which rows read which (domain/lineage).
How to: docs/how-to/asset.md.
"""
