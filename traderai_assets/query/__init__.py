"""The query room: what is stored, and what ran, as relations that one SQL statement can join.

Here: which relations there are, their columns with units, and the engine that answers a statement.
Not here: how an answer is printed (cli/sql), what the tables hold (schemas), who writes them.
How to: docs/queries.md.
"""
