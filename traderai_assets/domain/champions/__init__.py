"""Champions: which model may speak for a market."""
