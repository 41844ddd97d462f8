"""Asset checks: what must hold before anything downstream may run, or is to be told to people.

Here: reading what a run stored and judging it. Not here: what a training asks before it begins
(gate), nor what a table refuses when it is written (schemas). A check names its asset by key.
How-to: docs/how-to/asset.md.
"""
