"""`traderai status`: what runs, what waits and why, how far each training is, what failed.

Here: options and layout.
Not here: the state itself (status).
How to: docs/how-to/command.md.
"""
