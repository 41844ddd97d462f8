"""Benchmarks and evidence: what is promised of speed and of honest selection, measured.

Here: measurements against peers, and what prints them.
Not here: what must hold in every run (tests).
How to: no page; a change here is a change of a rule.
"""
