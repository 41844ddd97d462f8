"""`traderai status`: what runs, what waits and why, how far each training is, what failed."""
