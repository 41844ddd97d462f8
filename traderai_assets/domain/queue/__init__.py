"""The run queue as a pure model: what starts next, and why the rest waits.

Here: Dagster's order, limits and our aging, as functions.
Not here: which classes there are (work_classes), the daemon's own code (tests compare).
How to: docs/how-to/queue-class.md.
"""
