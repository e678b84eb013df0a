"""The setup of a small search."""

import pytest

from tests.helpers.setups import DEPTHS, make_setup
from tests.helpers.spaces import make_space


@pytest.fixture(scope="session")
def setup():
    """Of iris, for any number of hidden layers up to two."""
    return make_setup(make_space(DEPTHS))
