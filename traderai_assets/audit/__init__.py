"""The audit: what must hold of all that is stored and noted, as rules that anybody may run.

Here: rules, a family a file (rules/), what they read (evidence.py), and running them (running.py).
Not here: any cure; nothing is written by an audit.
How to: docs/how-to/asset.md.
"""
