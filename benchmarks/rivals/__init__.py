"""`make rivals`: the product against other learners, month served by month served.

Here: the rivals, the months they serve, and how they are compared.
Not here: how fast they are (benchmarks/run.py).
How to: no page; a rival is a function from a month to forecasts (forecasts.py).
"""
