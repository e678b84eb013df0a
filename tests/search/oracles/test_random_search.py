"""Random search."""

from dataclasses import replace

from tests.helpers.oracles import drive, make_oracle
from tests.helpers.spaces import make_space
from tuner.space import load_space


def test_each_compared_value_gets_an_equal_share(tmp_path):
    proposed = drive(make_oracle("random", load_space("mlp_depth"), tmp_path), 14)
    depths = [values["depth"] for values, _ in proposed]
    assert sorted(depths) == sorted(list(range(7)) * 2)
    assert sorted(depths[:7]) == list(range(7))


def test_a_compared_value_without_untried_configurations_leaves_its_share_to_others(tmp_path):
    space = make_space(
        "[network]\nunits = 8\n[regularizer]\n"
        'kind = ["none", "l2"]\nstrength = { min = 0.1, max = 1.0 }\n'
    )
    oracle = make_oracle("random", replace(space, compare="kind"), tmp_path)
    kinds = [values["kind"] for values, _ in drive(oracle, 6)]
    assert kinds.count("none") == 1
