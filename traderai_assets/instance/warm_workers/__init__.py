"""Warm workers: a run's process forked from one that has imported everything already.

Here: the process that forks, who asks it, and when what it has loaded is no longer true.
Not here: what a worker does once it lives (traderai_assets.instance.worker), nor who waits for it.
How to: no page; a change here is a change of a rule.
"""
