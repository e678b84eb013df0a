"""The setup of a small search, and a folder in which a study was searched, one per process."""

import pytest

from tests.helpers.command_line import search_things
from tests.helpers.setups import DEPTHS, make_setup
from tests.helpers.spaces import make_space


@pytest.fixture(scope="session")
def folder(tmp_path_factory):
    folder = tmp_path_factory.getbasetemp() / "things"
    search_things(folder)
    return folder


@pytest.fixture(scope="session")
def searched(folder):
    return search_things(folder)


@pytest.fixture(scope="session")
def setup():
    """Of iris, for any number of hidden layers up to two."""
    return make_setup(make_space(DEPTHS))
