"""Metrics: THE catalogue of the numbers by which backtests, models and drift are judged.

Here: name, meaning, unit, format, bounds and null rule of each.
Not here: how one is computed (backtest, models, drift), stored (schemas) or shown (registry).
How to: docs/how-to/metric.md.
"""
