"""The states of a run and of a market, as tables: what each means and what leads out of it."""
