"""`traderai runs`: list, cancel, retry and clean up runs, and read their logs."""
