"""Freshness: what is stale, and what to ask for."""
