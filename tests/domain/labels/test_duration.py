import numpy as np
import pytest

from traderai_assets.domain.labels.duration import expected_label_bars, expected_share


@pytest.mark.parametrize("multiple", [0.5, 1.0, 2.0])
def test_it_is_what_walks_at_random_take_to_leave_the_barriers(multiple):
    steps = 2_000
    noise = np.random.default_rng(0).normal(size=(2_000, steps)) / np.sqrt(steps)
    beyond = np.abs(np.cumsum(noise, axis=1)) >= multiple
    last = np.where(beyond.any(axis=1), beyond.argmax(axis=1) + 1, steps)
    assert expected_share(multiple) == pytest.approx(last.mean() / steps, abs=0.02)


def test_near_barriers_end_at_once_and_far_ones_never():
    assert expected_share(0.01) == pytest.approx(0.0001, rel=0.01)  # The square of the distance
    assert expected_share(20.0) == pytest.approx(1, abs=0.001)
    assert expected_label_bars(24, 1.0) == 17
    assert expected_label_bars(12, 0.001) == 1
