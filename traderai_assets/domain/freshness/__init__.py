"""Freshness: what is stale, and what to ask for.

Here: rules over facts: of candles, models, look-backs, signals and refusals.
Not here: where the facts are read (gate, sensors), and the runs asked for (jobs).
How to: docs/how-to/sensor.md.
"""
