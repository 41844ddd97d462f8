"""Schemas: the columns of every table, their units, and what they refuse.

Here: one table a subject; catalogue lists them all.
Not here: how rows are computed (domain) and committed (resources/lake).
How to: docs/how-to/column.md.
"""
