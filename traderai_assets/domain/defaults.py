"""Defaults of what people may write: each stands here once, its limits in limits.py.

Settings, plans and resources take them from here, so that a plan made without settings is the one
that the settings ask for. A default that one place alone has stands there. A plan's text is hashed
into the ids of its models: 0 and 0.0 are equal and are not the same text.
"""

from typing import Literal

SamplerName = Literal["tpe", "gp", "cmaes", "grid", "random"]

# How a model is made
LOOKBACK_DAYS = 30
# A look-back is whole, or no model is made of it
EXPANDING_FROM_DAYS = 0
FOLDS = 5
# Rows that each slice of a fold must keep
MINIMUM_ROWS = 50
# That one fit learns from; of more, every second, third ... bar, the newest among them: labels of
# neighbours overlap, and on real months nothing was lost by it
MOST_ROWS = 15_000
# That a fit learns from: at every bar
EVENT_THRESHOLD = 0.0
# How rows count: neither has made a real model better
UNIQUENESS, HALF_LIFE_DAYS = False, 0.0
# With which a decision counts on its return: 0.99 is more surely silent where there is nothing to
# be had, and left all real months silent of which 0.9 heard some (docs/promises.md)
CONFIDENCE = 0.9
# Of held-out rows of the look-back that are called outliers; 0 calls none so
OUTLIER_RATE = 0.01
# Days after what it learned last from which on a model says nothing
EXPIRE_DAYS = 45.0
HORIZON_BARS = 12
BARRIER_MULTIPLE = 1.0
# By name; the first is the one that the search fits
DEFAULT_LEARNERS = ("lightgbm", "xgboost")
# Folders on Python's path in which people have learners and features of their own
USER_LEARNERS, USER_RULES = "traderai_learners", "traderai_features"
SEED = 7

# What is tried before
SAMPLER: SamplerName = "tpe"
# Few: on real markets more trials of the learners found nothing that lasted (docs/rivals.md)
LEARNER_TRIALS, POLICY_TRIALS = 1, 10
# Months from one search of the learners to the next; the models between take its choice
SEARCH_EVERY_MONTHS = 3
SEARCHED_HORIZONS = (12,)
SEARCHED_MULTIPLES = (1.0,)
SAMPLER_SECONDS = 60
# What it tells decides nothing, and each of its splits is a fit
COMBINATORIAL_GROUPS = 0

# What trading costs: of the traded value, of the price, of the position every 8 hours
FEE_RATE, SLIPPAGE_RATE, FUNDING_RATE = 0.0005, 0.0001, 0

# How a venue is asked
ATTEMPTS = 6
DEADLINE_SECONDS, REQUEST_TIMEOUT_SECONDS = 120.0, 10.0
TAIL_BARS = 12
