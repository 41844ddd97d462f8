"""`traderai demo`: the main job, offline, on the real queue, and what came of it."""
