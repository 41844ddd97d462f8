"""Strategies: what one is, and whether what it earned, over all its markets, is more than luck.

Here: identity; the record of days, its pool, the looks, the live stage, states and verdict.
Not here: the statistics themselves (statistics), whether one month's model is sane (selection).
How to: no page; a change here is a change of a rule.
"""
