"""Two hundred markets of eight years: 19,200 partitions of every asset, and what that costs.

Here: a home that is filled, what is measured in it, the page. Not here: live work (capacity).
How to: `python -m benchmarks.scale.run --home HOME --page`.
"""
