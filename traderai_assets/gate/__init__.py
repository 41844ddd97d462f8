"""The gate before training: facts of what is stored, and the check that lets a run train or not.

Here: what is read and told. Not here: the judgement itself (domain/freshness).
"""
