"""The backtest: decisions, costs, the walk of an account over bars, and the figures of the result.

Here: arrays and frames of candles in, trades and equity out. Not here: who decided (models,
signals), nor whether chance alone may have made the result (statistics, selection).
How-to: docs/how-to/metric.md.
"""
