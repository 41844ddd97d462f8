"""Features: the catalogue and its computation at each closed bar."""
