"""Grid search."""

from tests.helpers.oracles import ask_many, drive, get_values, make_oracle, tell_score
from tests.helpers.spaces import make_space
from tuner.search.oracles.time_limit import TimeLimit
from tuner.space import load_space


def test_the_grid_is_complete_and_cuts_a_range_at_ten_points(tmp_path):
    space = load_space("mlp_depth")
    proposed = drive(make_oracle("grid", space, tmp_path), 1000)
    assert [values for values, _ in proposed] == list(space.list_configurations(grid=True))
    assert len(proposed) == 7 * 10


def test_a_point_without_time_is_left_for_when_there_is_some(tmp_path):
    space = make_space("[network]\ndepth = 1\nunits = [8, 1024, 16]\n")
    oracle = make_oracle("grid", space, tmp_path, max_trials=10)
    limit = oracle.limit = TimeLimit(lambda values: values["units"], None)
    limit.begin(100.0)
    for job in ask_many(oracle, 2):
        tell_score(oracle, job.trial, 0.5)
    assert [get_values(oracle, trial)["units"] for trial in range(2)] == [8, 16]
    limit.begin(100.0)
    assert oracle.ask() is None
    assert limit.has_refused  # so that nobody says that all were tried
    limit.begin(2000.0)
    assert oracle.ask().hyperparameters.values["units"] == 1024
