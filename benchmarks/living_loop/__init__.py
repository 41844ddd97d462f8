"""Seven simulated days of the whole platform with nobody at the keyboard.

Here: the feed with its change of regime, the script of what goes wrong when, what is counted.
Not here: the rules that must hold of a home (traderai_assets/audit).
How to: no page; `python -m benchmarks.living_loop.run --help`.
"""
