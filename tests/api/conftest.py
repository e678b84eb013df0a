"""The search of `tests.helpers.command_line`, from Python: once for each process of tests."""

import pytest

import tuner
from tests.helpers.command_line import search_things


@pytest.fixture(scope="session")
def folder(tmp_path_factory):
    """The folder of the same search by the command, which `tests/cli` uses too."""
    folder = tmp_path_factory.getbasetemp() / "things"
    search_things(folder)
    return folder


@pytest.fixture(scope="session")
def root(tmp_path_factory):
    return tmp_path_factory.mktemp("python") / "runs"


@pytest.fixture(scope="session")
def study(folder, root):
    """A small study, which tests must leave as it is."""
    return tuner.tune(
        folder / "things.csv",
        space=folder / "own.toml",
        study="first",
        root=root,
        verbose=0,
        max_trials=3,
        folds=3,
        epochs=3,
        patience=4,
        max_parameters=5000,
        missing=[-999, "n/s"],
        seed=1,
    )
