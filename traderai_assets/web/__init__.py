"""Dagster's web server with a guard before it: `python -m traderai_assets.web`."""
