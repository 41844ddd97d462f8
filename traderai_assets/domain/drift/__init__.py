"""Drift: how far live data has moved from the training sample."""
