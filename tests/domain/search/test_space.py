import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from traderai_assets.domain.errors import InvalidSettings
from traderai_assets.domain.search.space import MAX_GRID, Choices, Dimension, Space


def test_the_middle_of_a_magnitude_is_the_geometric_mean():
    rate = Dimension("rate", 0.001, 0.1, default=0.05, log=True)
    assert rate.at(0.5) == pytest.approx(0.01)
    assert rate.fraction(0.01) == pytest.approx(0.5)


def test_whole_numbers_are_rounded_and_stay_whole():
    leaves = Dimension("leaves", 4, 9, default=4, whole=True)
    assert [leaves.at(part) for part in (0.0, 0.49, 1.0)] == [4, 6, 9]
    assert all(type(leaves.at(part)) is int for part in (0.0, 0.3, 1.0))


def test_a_limit_is_the_same_however_it_is_written():
    assert Dimension("margin", 0, 2, default=1) == Dimension("margin", 0.0, 2.0, default=1.0)
    assert type(Dimension("margin", 0, 2, default=1).default) is float


@given(
    low=st.floats(1e-6, 1e3),
    factor=st.floats(1.01, 1e6),
    fraction=st.floats(0.0, 1.0),
    log=st.booleans(),
)
def test_every_place_along_a_dimension_lies_in_it_and_leads_back(low, factor, fraction, log):
    dimension = Dimension("x", low, low * factor, default=low, log=log)
    value = dimension.at(fraction)
    dimension.check(value)
    assert dimension.fraction(value) == pytest.approx(fraction, abs=1e-6)


@pytest.mark.parametrize(
    ("low", "high", "default"),
    [
        (math.nan, 1.0, 0.5),
        (0.0, math.inf, 0.5),
        (0.0, 1.0, math.nan),
        (0.0, 1.0, 1.5),
        (1.0, 1.0, 1.0),
        (2.0, 1.0, 1.5),
        (0.0, 1e300, 0.5),
        ("0", 1.0, 0.5),
        (False, True, False),
    ],
)
def test_a_dimension_without_two_finite_ends_and_a_default_between_is_refused(low, high, default):
    with pytest.raises(InvalidSettings, match="margin"):
        Dimension("margin", low, high, default=default)


def test_a_magnitude_of_zero_and_a_broken_whole_number_are_refused():
    with pytest.raises(InvalidSettings, match=r"rate\.low = 0\.0"):
        Dimension("rate", 0.0, 1.0, default=0.5, log=True)
    with pytest.raises(InvalidSettings, match=r"leaves\.high = 9\.5"):
        Dimension("leaves", 4, 9.5, default=4, whole=True)
    with pytest.raises(InvalidSettings, match=r"leaves\.low = 0 "):
        Dimension("leaves", 0, 9, default=4, whole=True, log=True)


@pytest.mark.parametrize("values", [(), (1, 1.0), (math.nan,), ((1, 2),), (None,)])
def test_choices_are_texts_numbers_or_bools_each_once(values):
    with pytest.raises(InvalidSettings, match="horizon"):
        Choices("horizon", values)


def test_the_first_choice_is_the_default_unless_another_is_named():
    assert Choices("horizon", (12, 48)).default == 12
    assert Choices("horizon", (12, 48), default=48).default == 48
    with pytest.raises(InvalidSettings, match=r"horizon = 96 is not one of \(12, 48\)"):
        Choices("horizon", (12, 48), default=96)


def test_the_default_false_is_kept():
    assert Choices("sized", (True, False), default=False).default is False


def test_a_space_names_each_dimension_once():
    twice = Choices("horizon", (12, 48))
    with pytest.raises(InvalidSettings, match="horizon, horizon"):
        Space((twice, twice))


def test_a_point_has_every_dimension_and_no_other(space):
    space.check(space.defaults)
    with pytest.raises(InvalidSettings, match="leaves = 65"):
        space.check(space.defaults | {"leaves": 65})
    with pytest.raises(InvalidSettings, match="parameters"):
        space.check(space.defaults | {"depth": 3})
    with pytest.raises(InvalidSettings, match="rate = nan"):
        space.check(space.defaults | {"rate": math.nan})


def test_a_grid_has_the_ends_and_turns_the_last_dimension_fastest():
    space = Space((Dimension("a", 0.0, 1.0, default=0.0), Choices("b", ("x", "y"))))
    assert [tuple(point.values()) for point in space.grid(3)] == [
        (0.0, "x"),
        (0.0, "y"),
        (0.5, "x"),
        (0.5, "y"),
        (1.0, "x"),
        (1.0, "y"),
    ]


def test_whole_numbers_have_no_more_points_than_numbers():
    few = Space((Dimension("depth", 2, 4, default=3, whole=True),))
    assert few.grid(100) == [{"depth": 2}, {"depth": 3}, {"depth": 4}]


def test_a_grid_beyond_the_limit_is_refused_before_it_is_made():
    space = Space([Dimension(f"d{number}", 0.0, 1.0, default=0.0) for number in range(40)])
    with pytest.raises(InvalidSettings, match=f"{2**40} points, more than {MAX_GRID}"):
        space.grid(2)


def test_a_space_of_no_dimension_is_one_point():
    assert Space(()).defaults == {}
    assert Space(()).grid(2) == [{}]
