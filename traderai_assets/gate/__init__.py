"""The gate before training: facts of what is stored, and the check that lets a run train or not.

Here: what is read and shown.
Not here: the judgement itself (domain/freshness).
How to: no page; a change here is a change of a rule.
"""
