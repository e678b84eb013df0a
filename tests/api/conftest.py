"""The search of `tests.helpers.command_line`, from Python."""

import pytest

import tuner
from tests.helpers.command_line import SEARCH
from tests.helpers.no_mirror import without_mlflow


@pytest.fixture(scope="session")
def root(tmp_path_factory):
    return tmp_path_factory.mktemp("python") / "runs"


@pytest.fixture(scope="session")
def study(folder, root):
    """The study of the command's options as arguments, which tests must leave as it is."""
    given = dict(zip(SEARCH[1::2], SEARCH[2::2], strict=True))
    x, space = folder / given.pop("--data"), folder / given.pop("--space")
    arguments = {
        option.removeprefix("--").replace("-", "_"): int(value) if value.isdigit() else value
        for option, value in given.items()
    }
    with without_mlflow():
        return tuner.tune(x, space=space, study="first", root=root, verbose=0, **arguments)
