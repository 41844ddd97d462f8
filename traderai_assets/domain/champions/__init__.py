"""Champions: which strategy speaks for a market, by which model, since when, and why.

Here: the choice among strategies, its history, and what speaking on paper means.
Not here: what a strategy may do (strategies), whether a model is sane (selection).
How to: no page; a change here is a change of a rule.
"""
