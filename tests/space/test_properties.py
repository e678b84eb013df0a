"""What holds for every domain and every space, tried on many."""

import json
import random
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from tuner.space import (
    Choice,
    Condition,
    Domain,
    Fixed,
    FloatRange,
    Hyperparameter,
    IntRange,
    Space,
)

FINITE = st.one_of(
    st.integers(-3, 3).map(Fixed),
    st.lists(st.integers(-5, 5), min_size=2, max_size=4, unique=True).map(tuple).map(Choice),
    st.builds(
        lambda low, width, step: IntRange(low, low + width, step),
        st.integers(-3, 3),
        st.integers(1, 5),
        st.sampled_from([None, 1, 2]),
    ),
    st.builds(
        lambda low, steps: FloatRange(low / 10, low / 10 + steps * 0.1, 0.1),
        st.integers(0, 5),
        st.integers(1, 4),
    ),
)
LOG_INTS = st.builds(
    lambda low, width: IntRange(low, low + width, log=True),
    st.integers(1, 1000),
    st.integers(1, 10**6),
)
INTS = st.builds(
    lambda low, width: IntRange(low, low + width), st.integers(-1000, 1000), st.integers(1, 10**12)
)
FLOATS = st.builds(
    lambda low, width, log: FloatRange(low, low + width, log=log),
    st.floats(1e-8, 1e3),
    st.floats(1e-4, 1e3),
    st.booleans(),
)
POSITIVE_STEPS = st.builds(
    lambda low, ratio, step: FloatRange(low, low * ratio, step, log=True),
    st.floats(1e-8, 1e3),
    st.floats(1.5, 1e6),
    st.floats(1.1, 10),
)


@st.composite
def spaces(draw: st.DrawFn) -> Space:
    """Return a finite space of up to five hyperparameters, each under up to two conditions."""
    made: list[Hyperparameter] = []
    for index in range(draw(st.integers(1, 5))):
        conditions = []
        for parent in draw(st.lists(st.sampled_from(made), max_size=2)) if made else []:
            values = parent.domain.values() or ()
            chosen = draw(st.lists(st.sampled_from(values), min_size=1, unique=True))
            conditions.append(Condition(parent.name, tuple(chosen)))
        name = draw(st.sampled_from([f"h{index}", "again"]))  # one name under several conditions
        made.append(Hyperparameter(name, draw(FINITE), tuple(conditions)))
    return Space("my", "Which?", tuple(made))


@given(domain=st.one_of(FINITE, INTS, LOG_INTS, FLOATS, POSITIVE_STEPS), seed=st.integers())
def test_a_draw_is_inside_the_domain(domain: Domain, seed: int) -> None:
    value = domain.sample(random.Random(seed))
    values = domain.values() if isinstance(domain, FloatRange) else None
    if isinstance(domain, IntRange | FloatRange):
        assert domain.min <= value <= domain.max  # type: ignore[operator]  # both are numbers
        assert values is None or value in values
    else:
        assert value in domain.values()


@given(domain=st.one_of(FINITE, POSITIVE_STEPS))
def test_values_are_distinct_and_counted(domain: Domain) -> None:
    values = domain.values()
    assert values is not None
    assert len(set(values)) == len(values) == domain.size()


@given(domain=st.one_of(INTS, LOG_INTS, FLOATS), points=st.integers(2, 30))
def test_a_grid_is_complete(domain: IntRange | FloatRange, points: int) -> None:
    grid = domain.grid(points)
    size = domain.size()
    assert (grid[0], grid[-1]) == (domain.min, domain.max)
    assert len(grid) == (points if size is None else min(points, size))
    assert all(low < high for low, high in pairwise(grid))  # type: ignore[operator]


@settings(deadline=None)
@given(space=spaces())
def test_configurations_are_distinct_and_counted(space: Space) -> None:
    listed = [json.dumps(values, sort_keys=True) for values in space.list_configurations()]
    assert len(set(listed)) == len(listed) == space.size()


@settings(deadline=None)
@given(space=spaces(), seed=st.integers())
def test_a_sample_is_one_of_the_configurations(space: Space, seed: int) -> None:
    assert space.sample(random.Random(seed)) in list(space.list_configurations())


@given(space=spaces())
def test_a_space_survives_json(space: Space) -> None:
    assert Space.from_dict(json.loads(json.dumps(space.to_dict()))) == space
