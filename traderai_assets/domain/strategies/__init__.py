"""Strategies: whether what one earned, over all its months and markets, is more than luck.

Here: the record of days, its pool, the looks, the live stage, the states and the verdict.
Not here: the statistics themselves (statistics), whether one month's model is sane (selection).
How to: no page; a change here is a change of a rule.
"""
