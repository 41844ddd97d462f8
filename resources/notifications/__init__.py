"""Notifications on their way out: a destination takes a message, or says why it did not.

Here: apprise's destinations, the signed webhook, which destinations the settings name.
Not here: what is told and when (domain/notifications), what is tried again (notifying).
How to: docs/notifications.md.
"""
