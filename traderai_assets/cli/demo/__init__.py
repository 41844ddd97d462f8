"""`traderai demo`: the main job, offline, on the real queue, and its results.

Here: the scenario's stages and the summary at their end.
Not here: anything that `traderai dev` or a run needs too.
How to: docs/how-to/command.md.
"""
