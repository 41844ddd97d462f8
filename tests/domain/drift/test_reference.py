"""What a model's card remembers of a feature."""

import json

import numpy as np
import pytest

from traderai_assets.domain.drift.reference import ReferenceDistribution, bin_counts
from traderai_assets.domain.errors import DegenerateData

TO_HUNDRED = np.random.default_rng(0).permutation(np.arange(1.0, 101.0))


def test_a_continuous_feature_is_cut_into_bins_of_equal_mass():
    reference = ReferenceDistribution.from_sample(TO_HUNDRED)
    assert reference.edges == (10, 20, 30, 40, 50, 60, 70, 80, 90)
    assert reference.counts == (10,) * 10
    assert (reference.missing, reference.rows) == (0, 100)
    assert reference.quantiles == (1, *range(1, 101))


def test_missing_rows_are_a_bin_of_their_own():
    reference = ReferenceDistribution.from_sample(np.append(TO_HUNDRED, [np.nan] * 25))
    assert reference.counts == (10,) * 10
    assert (reference.missing, reference.rows) == (25, 125)


def test_a_constant_stands_alone_so_that_a_change_either_way_is_seen():
    reference = ReferenceDistribution.from_sample(np.full(30, 2.0))
    assert reference.counts == (0, 30, 0)
    edges = np.array(reference.edges)
    assert bin_counts(np.array([1.9, 2.0, 2.0, 2.1, np.nan]), edges).tolist() == [1, 2, 1, 1]


def test_a_flag_keeps_its_two_values_apart():
    flag = np.array([0.0] * 80 + [1.0] * 20, dtype=np.float32)
    reference = ReferenceDistribution.from_sample(flag)
    counts = bin_counts(np.array([0.0, 1.0]), np.array(reference.edges))
    assert sorted(count for count in reference.counts if count) == [20, 80]
    assert counts.max() == 1


def test_a_feature_that_was_never_known_has_only_the_missing_bin():
    reference = ReferenceDistribution.from_sample(np.full(12, np.nan))
    assert (reference.edges, reference.counts, reference.missing) == ((), (0,), 12)
    assert reference.quantiles == ()


def test_it_survives_the_card_unchanged():
    for sample in (TO_HUNDRED / 7, np.full(5, np.nan), np.full(5, 0.1)):
        reference = ReferenceDistribution.from_sample(sample)
        record = json.loads(json.dumps(reference.to_json(), allow_nan=False))
        assert ReferenceDistribution.from_json(record) == reference


def test_neither_nothing_nor_infinity_can_be_described():
    with pytest.raises(DegenerateData, match="0 rows"):
        ReferenceDistribution.from_sample(np.array([]))
    with pytest.raises(DegenerateData, match="1 of them infinite"):
        ReferenceDistribution.from_sample(np.array([1.0, np.inf]))
