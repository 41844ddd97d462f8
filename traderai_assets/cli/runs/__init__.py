"""`traderai runs`: list, cancel, retry and clean up runs, and read what they said."""
