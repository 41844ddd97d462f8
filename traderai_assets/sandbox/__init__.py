"""A small exchange on loopback that speaks Binance's spot REST dialect."""
