"""How one partition of an asset is made and put: for a run of the asset, and for a live update.

Here: reading what it is made of, calling the domain, what its page tells.
Not here: which partitions, when they are committed, and Dagster's own side (assets, live).
How to: no page; a partition is read, made and put by one function.
"""
