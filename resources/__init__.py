"""Resources: typed access to the outside world, with no decisions behind it.

Here: classes ending in `Resource`, with verbs of the outside world.
Not here: what is asked for and when (sensors), what the answers mean (domain).
How to: docs/how-to/setting.md.
"""
