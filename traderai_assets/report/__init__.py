"""Report: what is known of a strategy, a model or a market, as the parts of one page.

Here: which facts stand in which section, read from the lake, one subject a file.
Not here: how a page looks (`pages/`), pages that refresh themselves (`board/`).
How to: docs/reports.md.
"""
