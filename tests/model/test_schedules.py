"""Schedules of the learning rate, at points that their papers give."""

import math

import pytest

from tuner.model.schedules import SCHEDULE_FACTORS
from tuner.space import SCHEDULES


def test_each_schedule_of_the_space_files_is_known():
    assert tuple(SCHEDULE_FACTORS) == SCHEDULES


@pytest.mark.parametrize(
    ("name", "share", "factor"),
    [
        *[("constant", share, 1.0) for share in (0.0, 0.4, 1.0)],
        *[("cosine", 0.0, 1.0), ("cosine", 0.5, 0.5), ("cosine", 1.0, 0.0)],
        *[("flat_cosine", 0.0, 1.0), ("flat_cosine", 0.5, 1.0), ("flat_cosine", 0.75, 0.5)],
        ("flat_cosine", 1.0, 0.0),
        # cycles end where 15 t is 1, 3, 7 and 15, and are highest in their middle
        *[("coslog4", share / 15, 0.0) for share in (0, 1, 3, 7, 15)],
        *[("coslog4", (2 ** (cycle + 0.5) - 1) / 15, 1.0) for cycle in range(4)],
        ("coslog4", 0.2, 0.5 * (1 - math.cos(2 * math.pi * math.log2(4)))),
    ],
)
def test_the_factor_after_a_share_of_the_training(name, share, factor):
    assert SCHEDULE_FACTORS[name](share) == pytest.approx(factor, abs=1e-9)
