"""Strategies of which it is known what they are worth, judged: how often the verdict is right.

Here: thousands of made-up records (evidence.py), and some lakes through all assets (end_to_end.py).
Not here: records on real candles (benchmarks/records).
How to: no page; a change here is a change of a rule.
"""
