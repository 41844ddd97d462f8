"""Asset checks: what must hold before anything downstream may run.

Here: checks of stored rows, and of what a run is about to do.
Not here: the gate's facts (gate), the proof of a feature (domain/features/proof).
How to: docs/how-to/asset.md.
"""
