"""How much a search by itself may be asked for; what settings say too: domain/limits.py."""

MAX_FOLDS = 1_000
MAX_NAME_LENGTH = 400
