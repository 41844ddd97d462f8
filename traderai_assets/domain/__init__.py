"""The domain: arrays, frames and now in, values out; no Dagster, files, clock or network.

Here: what is true of candles, features, models and runs wherever they are kept.
Not here: anything that reads, writes or waits: data and `now` are arguments.
How to: docs/how-to/README.md.
"""
