"""Statistics: what a number is worth, given how it was found.

Here: estimators of the literature, with their source.
Not here: what is asked of a model (selection).
How to: no page; a change here is a change of a rule.
"""
