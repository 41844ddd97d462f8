"""Backtest: what a policy earns after costs, bar by bar."""
