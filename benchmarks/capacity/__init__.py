"""How many live markets two cores carry: from the close of a bar to what is said of it."""
