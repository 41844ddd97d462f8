"""Validation: which rows may train and which test.

Here: folds, purging and combinatorial splits.
Not here: what is done with them (training).
How to: no page; a change here is a change of a rule.
"""
