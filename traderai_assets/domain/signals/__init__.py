"""Signals: what a model decides at a closed bar, and how it ended.

Here: decisions, signals with their prices and times, and their outcomes.
Not here: the policy's rule (backtest), the probability (models).
How to: no page; a change here is a change of a rule.
"""
