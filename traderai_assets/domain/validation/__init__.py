"""Validation: which rows may train, tune, calibrate and test."""
