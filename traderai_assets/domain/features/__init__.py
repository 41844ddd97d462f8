"""Features: the catalogue and its computation at each closed bar.

Here: the engine that computes a month, and the proof that no feature looks ahead.
Not here: the features themselves (rules).
How to: docs/how-to/feature.md.
"""
