"""`make records`: three strategies over every month of a folder of real candles.

Here: a platform in one process, what is read of its record, and the page with what would follow.
Not here: made-up worlds (benchmarks/strategies).
How to: no page; strategies.toml was written before its first run, and stays.
"""
