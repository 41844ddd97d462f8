"""TraderAI: candles, features, labels, models, signals and drift as Dagster assets.

Here: the modules that belong to no room: definitions, jobs, partitions, settings, work classes.
Not here: the outside world (resources) and what asks for runs (sensors).
How to: docs/how-to/README.md.
"""
