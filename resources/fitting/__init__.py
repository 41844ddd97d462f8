"""Fitting: processes that fit the folds of a model side by side.

Here: how work reaches a process and comes back.
Not here: what a fit is (domain/training) and what a learner is (domain/models).
How to: docs/how-to/learner.md.
"""
