"""Jobs by which people change models: the op of each, and what it may write of one market."""

# Job -> its one op, whose config names the market
HAND_JOBS = {
    "promote_model": "promote_champion",
    "rollback_champion": "roll_back_champion",
    "delete_models": "delete_market_models",
    "keep_last_models": "keep_last_market_models",
    "note_model": "note_market_model",
}
HAND_WRITES = {
    "promote_model": frozenset({"champions"}),
    "rollback_champion": frozenset({"champions"}),
    "delete_models": frozenset({"models", "backtests"}),
    "keep_last_models": frozenset({"models", "backtests"}),
    "note_model": frozenset[str](),
}
# Nobody waits for these: they are of the lowest class, whatever they write
NEVER_URGENT = ("delete_models", "keep_last_models", "note_model")
