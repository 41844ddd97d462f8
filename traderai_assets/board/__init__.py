"""Board: read-only pages of what the platform is doing, in a process of its own.

Here: the application, its pages, what refreshes them, and the rules of the guard for them.
Not here: parts and looks (`pages/`), what a report holds (`report/`), Dagster's web UI (`web/`).
How to: no page; a page is a function that returns `pages.parts.Page`.
"""
