"""Signals: what a model says at a closed bar, and how it ended."""
