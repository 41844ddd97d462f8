"""Web access: who may ask one of our servers for what.

Here: the rule for one request, by its head alone.
Not here: the servers (`web/`, `sandbox/`).
How to: no page; a change here is a change of a rule.
"""
