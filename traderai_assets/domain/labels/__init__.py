"""Labels: what became of a position opened after each bar.

Here: barriers, the walk between them, and how much a label tells.
Not here: what is learned from them (training), real positions (backtest, signals).
How to: no page; a change here is a change of a rule.
"""
