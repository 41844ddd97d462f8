"""The command line: the web UI's answers where there is no browser.

Here: one file or folder a command; it parses, asks and prints.
Not here: the state itself (status), what runs do (assets), the scenario's work (jobs).
How to: docs/how-to/command.md.
"""
