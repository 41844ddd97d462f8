"""The door to the exchanges: ccxt's own classes, held to time, size, allowance and readability."""
