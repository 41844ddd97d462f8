"""Drift: how far live data has moved from the training sample.

Here: measures, their limits, and when they ask for a new model together.
Not here: when drift is measured (sensors), what is stored of it (schemas).
How to: docs/how-to/metric.md.
"""
