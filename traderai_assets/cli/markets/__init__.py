"""`traderai markets`: what is kept and what is wrong with it; markets added and removed.

Here: the commands and their sentences.
Not here: the notes of kept markets (instance), what is wrong with each (status).
How to: docs/how-to/command.md.
"""
