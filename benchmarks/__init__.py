"""Benchmarks and evidence: what is promised of speed and of honest selection, measured."""
