"""Models: learners, their ensemble and calibration, the card, and a model as it is stored.

Here: what a model is.
Not here: how one is searched for and validated (domain/training).
How to: docs/how-to/learner.md.
"""
