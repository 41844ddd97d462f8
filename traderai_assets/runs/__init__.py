"""What a run does beside its work: publishing to the lake, and reporting progress.

Here: how any asset publishes and is seen.
Not here: what is computed (domain), the queue (instance).
How to: docs/how-to/asset.md.
"""
