"""Selection: whether the best of many trials is worth being put to work.

Here: the record, its measures, the criteria and the verdict.
Not here: the statistics themselves (statistics), who becomes champion (champions).
How to: no page; a change here is a change of a rule.
"""
