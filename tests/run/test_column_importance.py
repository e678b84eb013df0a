"""Permutation importance of columns, out of fold."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from tests.helpers.problems import make_split
from tests.helpers.setups import DEPTHS, make_hyperparameters
from tests.helpers.spaces import make_space
from tuner.analysis import Member
from tuner.errors import UserError
from tuner.run.column_importance import measure_column_importance
from tuner.run.opening import create_study
from tuner.run.request import DataRequest, Destination
from tuner.run.run import Run
from tuner.run.searching import make_tuner, search_trials
from tuner.run.setup import Setup
from tuner.study import SearchSettings

MEMBER = Member(0, 1, hyperparameters=make_hyperparameters(1, 4), derived={}, parameters=1, epoch=1)


def open_table(source, root, **settings):
    """Return the setup of a table, and an empty study of it."""
    request = DataRequest(str(source))
    chosen = SearchSettings(folds=3, epochs=20, test_size=0.0, **settings)
    dataset = request.load(chosen.splitter)
    split = make_split(dataset.y, classes=dataset.classes, folds=3, test_size=0.0, seed=0)
    space = make_space(DEPTHS)
    setup = Setup(space, request, dataset, split, chosen)
    return setup, create_study(setup, Destination(root, "study"))


@pytest.fixture(scope="module")
def table(tmp_path_factory):
    """A table whose class follows from `large` and a little from `kind`, and from nothing else."""
    rng = np.random.default_rng(0)
    large, kind, idle = rng.normal(size=300), rng.choice(["u", "v", "w"], 300), rng.normal(size=300)
    drawn = 3 * large + 3 * (kind == "u") + rng.logistic(size=300)
    path = tmp_path_factory.mktemp("importance") / "table.csv"
    frame = pd.DataFrame({"idle": idle, "kind": kind, "large": large})
    frame.assign(label=np.where(drawn > 1, "yes", "no")).to_csv(path, index=False)
    return path


@pytest.fixture(scope="module")
def ranked(table, tmp_path_factory, make_trained):
    return make_trained(table, tmp_path_factory.mktemp("trained"))


@pytest.fixture(scope="module")
def make_trained():
    """Make the importances that a trial's networks give to the columns of a table."""

    def make(table, root, **settings):
        setup, study = open_table(table, root, **settings)
        setup = replace(setup, settings=replace(setup.settings, max_trials=1))
        with study.lock_search():
            study.begin(setup.settings)
            search_trials(Run(setup, study), make_tuner(setup, ()))
        (record,) = study.read_trials()
        return measure_column_importance(setup, study, [Member.from_record(record)], repeats=3)

    return make


def test_columns_that_say_more_come_first(ranked):
    assert [each.column for each in ranked[:2]] == ["large", "kind"]
    assert ranked[0].importance > 5 * ranked[0].standard_error


def test_a_column_that_says_nothing_has_no_importance(ranked):
    (idle,) = [each for each in ranked if each.column == "idle"]
    assert abs(idle.importance) < 3 * idle.standard_error


def test_importance_is_a_loss_also_if_higher_scores_are_better(table, tmp_path, make_trained):
    ranked = make_trained(table, tmp_path, objective="accuracy")
    assert ranked[0].column == "large"
    assert 0.1 < ranked[0].importance < 0.6


def test_arrays_have_no_columns(tmp_path):
    np.savez(tmp_path / "rows.npz", x=np.random.default_rng(0).random((60, 4)), y=[0, 1, 2] * 20)
    setup, study = open_table(tmp_path / "rows.npz", tmp_path)
    with pytest.raises(UserError, match="its rows are arrays, which have no columns to shuffle"):
        measure_column_importance(
            setup,
            study,
            [
                Member(
                    0,
                    1,
                    hyperparameters=make_hyperparameters(1, 4),
                    derived={},
                    parameters=1,
                    epoch=1,
                )
            ],
        )
