"""Metrics: THE catalogue of the numbers by which results, models and drift are judged.

What belongs here: name, meaning, unit, format, null rule and bounds of each. What does not: how one
is computed (domain/backtest, domain/training, domain/drift); how it is stored (schemas) or shown
(registry, cli), which read the catalogue. How to add one: docs/how-to/metric.md.
"""
