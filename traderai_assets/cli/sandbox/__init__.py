"""`traderai sandbox`: a small exchange on this machine, and which one a home was fed by."""
