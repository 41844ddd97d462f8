"""Files of candles that other programs wrote: opened, read as rows, told apart by their bytes.

Here: which file of a folder is a market's, and its rows as an exchange's answer has them.
Not here: which rows are candles (domain/candles), how they are stored (ingest).
How to: docs/how-to/freqtrade.md.
"""
