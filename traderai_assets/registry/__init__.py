"""The registry of models: which are stored, how they are read, challenged and made again.

Here: stored models.
Not here: how one is trained (domain/training) or judged (domain/selection).
How to: no page; a change here is a change of a rule.
"""
