"""The lake: one Delta table an asset, partitioned by market and month, every value verified."""
