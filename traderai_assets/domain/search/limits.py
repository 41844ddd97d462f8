"""How much a search may be asked for."""

MAX_TRIALS = 10_000
MAX_FOLDS = 1_000
MAX_SAMPLER_SECONDS = 3_600.0
MAX_SEED = 2**31 - 1
MAX_NAME_LENGTH = 400
