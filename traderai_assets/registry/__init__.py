"""The registry of models: how they are made, stored, found, challenged and made again.

Here: stored models, and what makes one of the lake's rows. Not here: how one is trained
(domain/training) or judged (domain/selection), nor whether it may be trained now (gate).
How-to: docs/how-to/learner.md.
"""
