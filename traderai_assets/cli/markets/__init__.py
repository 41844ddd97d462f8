"""`traderai markets`: what is kept and what is wrong with it; markets added and removed."""
