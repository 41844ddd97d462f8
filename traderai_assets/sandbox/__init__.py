"""The sandbox: a small exchange on loopback that speaks Binance's spot REST dialect.

Here: simulated and replayed candles, a clock that can be set, and faults on demand.
Not here: anything of the platform that it feeds: it imports the domain alone.
How to: no page; a change here is a change of a rule.
"""
