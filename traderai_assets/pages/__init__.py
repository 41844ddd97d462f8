"""Pages: what reports and the board are made of, and how it becomes HTML.

Here: the parts of a page as data, their templates, styles and vendored charts.
Not here: which facts a page shows (`report/`, `board/`), pictures of arrays (`domain/pictures`).
How to: docs/how-to/picture.md.
"""
