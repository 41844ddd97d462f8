"""Dagster's SQLite files, read without Dagster: its import alone takes a second of CPU.

Here: runs, notes, sensors and events as the files hold them, for commands that only look.
Not here: anything that writes, and PostgreSQL: Dagster itself does that.
How to: no page; a test holds every answer to Dagster's own.
"""
