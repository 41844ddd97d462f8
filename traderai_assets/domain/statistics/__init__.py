"""Statistics: what a number is worth, given how it was found."""
