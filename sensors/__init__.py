"""Sensors: read state, ask a pure function what to do, report it.

Here: one file a question; market_sensor is what they share, tick_view what a tick reads.
Not here: the rule itself (domain/freshness, domain/states), the work (jobs).
How to: docs/how-to/sensor.md.
"""
