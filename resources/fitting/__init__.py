"""Fitting: processes that fit the folds of a model side by side."""
