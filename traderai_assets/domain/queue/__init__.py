"""The run queue as a pure model: what starts next, why the rest waits, and for how long."""
