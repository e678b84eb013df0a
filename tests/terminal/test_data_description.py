"""The description of a data set on the terminal."""

import numpy as np

from tests.helpers.problems import make_split
from tests.helpers.tables import write_file
from tuner.data import load_dataset
from tuner.terminal.data_description import describe_data


def test_a_column_that_groups_rows_is_said_to_be_left_out_for_that(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    rows = [f"{n / 7:.3f},{n // 4},{n * 37},{'ab'[n % 2]}" for n in range(80)]
    dataset = load_dataset(
        write_file("\n".join(["x,site,note,y", *rows])), ignore=["note"], groups="site"
    )
    split = make_split(np.arange(80) % 2, classes=["a", "b"], folds=5, test_size=0.2, seed=0)
    described = describe_data(dataset, split, groups="site")
    assert "  2 left out: site (the groups), note (asked for)" in described
    assert "  20 groups, none of them on both sides of a split" in described
