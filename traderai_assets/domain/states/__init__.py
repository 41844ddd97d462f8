"""The states of a run and of a market, as tables: what each means and what leads out of it.

Here: the tables, and when a cause may be asked for again.
Not here: how the facts are gathered (instance, sensors).
How to: no page; a change here is a change of a rule.
"""
