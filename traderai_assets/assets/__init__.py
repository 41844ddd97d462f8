"""Assets: nouns that unpack config, call the domain and report what a person checks first.

Here: one file an asset, and nothing else; no asset imports another.
Not here: helpers (runs, ingest, registry, gate), any arithmetic (domain).
How to: docs/how-to/asset.md.
"""
