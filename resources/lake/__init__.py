"""The lake: one Delta table a subject, partitioned by market and month, every value verified.

Here: reading, committing and upkeep of any table.
Not here: columns and what a table refuses (schemas), what a run publishes (runs).
How to: docs/how-to/column.md.
"""
