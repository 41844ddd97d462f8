"""The lake: one Delta table a subject, partitioned by market and month, every value verified.

Here: opening, reading, publishing and keeping tables, and how each of these fails. Not here: what
a table holds (schemas), nor what a run publishes of it (runs). Markets and months come as values;
text, as the command line and the store have it, is read at the door (`Table.partition_key`).
"""
