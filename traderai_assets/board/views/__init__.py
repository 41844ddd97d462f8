"""Views: the board's pages, one kind a file, each a function of sources that returns a page.

Here: which facts stand on which page, and in which order.
Not here: the facts themselves (`status/`, `registry/`, `lineage/`), how a page looks (`pages/`).
How to: docs/board.md.
"""
