"""Search: spaces, samplers, the pruning rule, the study that survives a kill, its ledger."""
