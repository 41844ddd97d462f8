"""`traderai demo`: the main job, offline, on the real queue, and its results."""
