"""Notifications: what is told to people who look at no screen, when, and how often.

Here: kinds of facts, the rule of who is told what now, the words, the outbox, the signature.
Not here: where facts are read (notifying), how a message leaves the machine (resources).
How to: docs/notifications.md.
"""
