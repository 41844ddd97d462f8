"""Search: spaces, samplers, the pruning rule, and the study that survives a kill.

Here: how trials are proposed, run, pruned and kept, whatever they try.
Not here: what a trial evaluates (domain/training), where studies lie (resources/studies).
How to: no page; a change here is a change of a rule.
"""
