"""`traderai runs`: list, cancel, retry and clean up runs, and read their logs.

Here: the commands and their sentences.
Not here: what state a run is in (domain/states), how one is reconciled (instance).
How to: docs/how-to/command.md.
"""
