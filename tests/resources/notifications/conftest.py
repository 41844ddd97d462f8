"""Receivers on this machine."""

from tests.receivers import mail, web

__all__ = ["mail", "web"]
