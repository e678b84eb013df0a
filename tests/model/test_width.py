import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.helpers.spaces import make_space
from tuner.errors import SpaceError
from tuner.model.width import check_budget, count_parameters, find_units


@given(
    parameters=st.integers(1_000, 200_000),
    features=st.integers(1, 100),
    classes=st.integers(2, 9),
    depth=st.integers(1, 6),
)
def test_no_other_width_is_nearer_to_the_budget(parameters, features, classes, depth):
    units = find_units(parameters, features=features, classes=classes, depth=depth)

    def distance(width):
        count = count_parameters(features, classes, depth=depth, units=width)
        return abs(count - parameters)

    assert distance(units) <= min(distance(units + 1), distance(max(units - 1, 1)))


def test_a_budget_that_fits_no_network_is_refused():
    with pytest.raises(SpaceError) as error:
        find_units(20, features=64, classes=10, depth=2)
    assert str(error.value) == (
        "[network] parameters: 20 are too few for depth 2 with 64 features and 10 classes; "
        "it takes at least 87"
    )


def test_the_smallest_budget_of_a_space_must_hold_its_deepest_network():
    space = make_space("[network]\ndepth = [1, 6]\nparameters = [20, 3000]\n")
    with pytest.raises(SpaceError) as error:
        check_budget(space, features=4, classes=3)
    assert str(error.value) == (
        "[network] parameters: 20 are too few for depth 6 with 4 features and 3 classes; "
        "it takes at least 21"
    )
    check_budget(space, features=2, classes=2)
    steps = make_space("[network]\ndepth = { min = 1, max = 8, step = 5 }\nparameters = [20, 30]\n")
    with pytest.raises(SpaceError, match=r"^\[network\] parameters: 20 are too few for depth 6 "):
        check_budget(steps, features=4, classes=3)
    check_budget(make_space(""), features=4, classes=3)


@pytest.mark.parametrize("step", ["", ", step = 1", ", log = true"])
def test_a_wide_range_of_budgets_is_checked_by_its_bounds(step):
    budgets = f"parameters = {{ min = 20, max = 1000000000{step} }}"  # 8 gigabytes as a list
    space = make_space(f"[network]\ndepth = {{ min = 1, max = 6 }}\n{budgets}\n")
    check_budget(space, features=2, classes=2)
    with pytest.raises(SpaceError, match=r"^\[network\] parameters: 20 are too few for depth 6 "):
        check_budget(space, features=4, classes=3)
