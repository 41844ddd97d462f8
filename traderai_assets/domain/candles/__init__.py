"""Candles: judging rows, merging revisions, knowing gaps."""
