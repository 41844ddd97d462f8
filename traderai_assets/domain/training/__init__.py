"""Training: the two searches, walk-forward evaluation, and the final fit.

Here: how a model is made from a look-back.
Not here: what a model is (models), which rows may train (validation), who starts it (jobs).
How to: docs/how-to/setting.md.
"""
