"""Rules: one file a group; every `FEATURES` in this folder is in the catalogue."""
