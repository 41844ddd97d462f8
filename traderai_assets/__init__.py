"""TraderAI: candles, features, labels, models, signals and drift as Dagster assets."""
