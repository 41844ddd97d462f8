"""`traderai sandbox`: a small exchange on this machine, and which one a home was fed by.

Here: the command, the process and the origin of a home.
Not here: the exchange itself (sandbox).
How to: docs/how-to/command.md.
"""
