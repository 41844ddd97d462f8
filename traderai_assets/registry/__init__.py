"""The registry of models: stored, read, challenged, made again, changed by people, and reset.

Here: stored models, and what commands and jobs by hand do to them.
Not here: how one is trained (domain/training) or judged (domain/selection).
How to: no page; a change here is a change of a rule.
"""
