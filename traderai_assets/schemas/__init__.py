"""Schemas: the columns of every table, their units, and what they refuse."""
