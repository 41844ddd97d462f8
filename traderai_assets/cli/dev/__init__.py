"""`traderai dev`: Dagster's services on this machine, each watched, in a home with one owner.

Here: starting and ending them, also for the demo.
Not here: processes in general
(cli/processes.py), nor the guard of the web server (web/).
How to: docs/how-to/command.md.
"""
