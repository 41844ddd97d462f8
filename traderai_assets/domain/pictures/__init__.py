"""Pictures: numbers drawn as SVG, the same text for the same numbers on any machine.

Here: a sparkline, charts, their scales and ticks, a table short enough to stand beside them, one
kind a file; arrays in, text out.
Not here: which numbers a page shows (registry, pages), or a page (`pages/`).
How to: docs/how-to/picture.md.
"""
