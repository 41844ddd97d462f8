"""`traderai models`: what is stored of models, and what people change of it.

Here: arguments, questions and printing.
Not here: what a change is and when it is refused (registry/).
How to: docs/how-to/command.md.
"""
