"""Schemas: the columns of every table, their units, and what they refuse.

Here: one table a subject; catalogue finds them all. A new column is nullable: partitions stored
before it have no value for it, and one that is not would make all of them unreadable. No stored
column goes, or changes its type; a test holds the tables to what version 0.1 stored.
Not here: how rows are computed (domain) and committed (resources/lake); what a metric is
(domain/metrics).
How to: docs/how-to/column.md.
"""
