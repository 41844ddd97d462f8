"""Databases: what any client of ours does about one that goes away and comes back.

Here: what counts as away, and waiting for it.
Not here: who asks it for what (resources/studies,
traderai_assets/instance).
How to: no page; a database is a setting of `dagster.yaml` or of the studies.
"""
