"""A folder in which a study was searched, one for each process that runs tests."""

import pytest

from tests.helpers.command_line import search_things


@pytest.fixture(scope="session")
def folder(tmp_path_factory):
    folder = tmp_path_factory.getbasetemp() / "things"
    search_things(folder)
    return folder


@pytest.fixture(scope="session")
def searched(folder):
    return search_things(folder)
