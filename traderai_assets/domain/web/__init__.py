"""Who may ask one of our servers for what; servers themselves stand in `web/` and `sandbox/`."""
