"""A live tick: one run for many markets, from the bars that closed to the outcomes of signals.

Here: the order of its steps, and that one market's trouble costs that market alone.
Not here: how a partition is made (making), when a tick is asked for (sensors/live_ticks.py), whom
the queue lets in (instance/live_runs.py).
How to: docs/adr/0017-a-live-tick-is-one-run-for-many-markets.md.
"""
