"""A real PostgreSQL with a database that MLflow has made, which is copied for each test."""

import secrets

import pytest

from tests.helpers.postgresql import PostgreSQL, find_lack
from tuner.tracking.store import connect


@pytest.fixture(scope="session")
def postgresql():
    if lack := find_lack():
        pytest.skip(lack)
    server = PostgreSQL()
    try:
        server.start()
        yield server
    finally:
        server.remove()


@pytest.fixture(scope="session")
def filled(postgresql, tmp_path_factory):
    """The name of a database with MLflow's tables."""
    postgresql.execute("CREATE DATABASE filled")
    connect(postgresql.make_uri("filled"), tmp_path_factory.mktemp("filled"), pytest.fail)
    postgresql.cut_off("filled")
    return "filled"


@pytest.fixture
def make_database(postgresql, filled):
    """Make a database with MLflow's tables or, if it is to be empty, without; return its name."""

    def make(*, empty=False):
        name = f"test_{secrets.token_hex(4)}"
        postgresql.execute(f"CREATE DATABASE {name} TEMPLATE {'template0' if empty else filled}")
        return name

    return make
