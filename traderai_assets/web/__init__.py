"""Dagster's web server with a guard before it: `python -m traderai_assets.web`.

Here: the guard, and what holds for Dagster's pages alone.
Not here: the rule for a request (domain/web), the settings (settings_services).
How to: no page; a change here is a change of a rule.
"""
