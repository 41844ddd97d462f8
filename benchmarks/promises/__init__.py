"""`make promises`: what decisions promised before costs, and what came of them.

Here: planted markets of which the edge is known, what was promised in them, and the page.
Not here: how a decision is priced (domain/training).
How to: no page; a change here is a change of a rule.
"""
