"""Dagster's instance: what dagster.yaml names, and what is noted beside runs.

Here: how runs are classified, launched, claimed and reconciled; notes of markets.
Not here: the tables of classes (work_classes) and states (domain/states), what runs do (assets).
How to: docs/how-to/queue-class.md.
"""
