"""Schemas: the columns of every table, their units, and what they refuse.

What belongs here: one table a subject, and its list in `catalogue.py`. What does not: reading and
writing (resources/lake), computing (domain). **A new column of a table is nullable**: partitions
that were stored before it have no value for it, and are read as null there; one that is not makes
all of them unreadable. No stored column changes its type or goes. A test holds the tables to what
version 0.1 stored. A column that is a metric is an entry of domain/metrics/catalogue.py.
"""
