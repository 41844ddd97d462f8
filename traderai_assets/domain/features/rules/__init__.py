"""Rules: one file a group; every `FEATURES` in this folder is in the catalogue.

Here: features.
Not here: arithmetic that several rules share (rolling, kernels).
How to: docs/how-to/feature.md.
"""
