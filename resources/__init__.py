"""Resources: typed doors to the outside world, with no decisions behind them."""
