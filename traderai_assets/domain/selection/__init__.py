"""Selection: whether the best of many trials is worth being put to work."""
