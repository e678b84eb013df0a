"""Grid search."""

from tests.helpers.oracles import drive, make_oracle
from tuner.space import load_space


def test_the_grid_is_complete_and_cuts_a_range_at_ten_points(tmp_path):
    space = load_space("mlp_depth")
    proposed = drive(make_oracle("grid", space, tmp_path), 1000)
    assert [values for values, _ in proposed] == list(space.list_configurations(grid=True))
    assert len(proposed) == 7 * 10
