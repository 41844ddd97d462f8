"""Spans: how far back each asset reads, and which stretch a model learns from.

Here: months and moments worked out from bars and days.
Not here: whether what a span meets is
whole (domain/freshness), nor the arithmetic of months itself (domain/months.py).
How to: docs/how-to/asset.md.
"""
