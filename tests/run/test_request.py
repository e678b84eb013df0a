"""What a search is told, and what follows from it."""

import pytest

from tuner.run.request import default_oracle

COMPARING = """
title = "Is a hidden layer worth it?"
compare = "depth"

[network]
depth = [0, 1]
"""


@pytest.mark.parametrize(
    ("space", "oracle"),
    [("mlp_depth", "random"), ("mlp", "tpe"), ("cnn", "tpe"), ("own.py:Own", "tpe")],
)
def test_settings_are_compared_at_random_and_the_best_network_is_sought_by_tpe(space, oracle):
    assert default_oracle(space) == oracle


def test_a_space_of_ones_own_is_searched_as_it_asks(tmp_path):
    path = tmp_path / "own.toml"
    path.write_text(COMPARING)
    assert default_oracle(str(path)) == "random"
    path.write_text(COMPARING.replace('compare = "depth"', ""))
    assert default_oracle(str(path)) == "tpe"
