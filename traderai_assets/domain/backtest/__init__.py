"""Backtest: what a policy earns after costs, bar by bar.

Here: costs, the account, its kernel, and figures of what it earned.
Not here: which policy is chosen (training), whether the result is luck (selection).
How to: docs/how-to/metric.md.
"""
