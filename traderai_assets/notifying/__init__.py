"""Notifying: facts that people should know of, read, told once, and delivered until taken.

Here: which rows and runs are facts, what is remembered of them, delivery with its tries again.
Not here: the rule (domain/notifications), the way out (resources), when it is done (sensors, web).
How to: docs/notifications.md.
"""
