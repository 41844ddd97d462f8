"""Rules of the audit, a family a file: each a pure function of frames, under a sentence.

Here: what is wrong with given rows, and how each rule reads them.
Not here: how rules are run and told (traderai_assets/audit/running.py).
How to: docs/how-to/asset.md.
"""
