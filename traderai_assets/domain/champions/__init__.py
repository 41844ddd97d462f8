"""Champions: which model signals for a market, since when, and why.

Here: the choice between champion and challenger, and its history.
Not here: where their records come from (registry), whether one may compete (selection).
How to: no page; a change here is a change of a rule.
"""
