"""A value near another one in its domain."""

import pytest

from tuner.search.oracles.moves import find_moved_share
from tuner.space import Choice, FloatRange

UNIT = FloatRange(0.0, 1.0)


@pytest.mark.parametrize(
    ("value", "step", "moved"),
    [(0.5, 0.25, 0.75), (0.75, 0.5, 0.75), (0.25, -0.5, 0.25), (0.5, 0.5, 1.0), (0.5, 1.5, 0.0)],
)
def test_a_step_is_mirrored_at_the_ends_of_a_domain(value, step, moved):
    share = find_moved_share(UNIT, value, step)
    assert share == pytest.approx(moved, abs=1e-8)
    assert 0 <= share < 1


def test_a_small_step_stays_with_a_choice():
    sizes = Choice((8, 16, 32))
    assert sizes.locate(find_moved_share(sizes, 16, 0.1)) == 16
    assert sizes.locate(find_moved_share(sizes, 32, 0.1)) == 32
