"""Assets: one noun a file, which unpacks config, calls what decides and says what to check first.

Here: the asset's function and what its page shows. Not here: anything that another file imports. An
asset names another by its key; what two of them need stands below, in `domain`, `runs`, `ingest`,
`registry` or `gate`. How-to: docs/how-to/asset.md.
"""
