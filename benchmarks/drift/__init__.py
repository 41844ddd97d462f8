"""`make drift`: how often drift is called where there is none, and found where there is.

Here: planted series, rates against what was demanded, the time of sketches.
Not here: the measures themselves (domain/drift); drift of real weeks.
How to: docs/drift.md.
"""
