"""The command line: the web UI's answers where there is no browser."""
