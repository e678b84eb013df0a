"""A real PostgreSQL, a database in it that MLflow has made, and copies of that."""

import os
import secrets
import subprocess
import sys

import pytest

from tests.helpers.postgresql import PostgreSQL, find_lack

# As two machines begin to search: neither knows of the other, and there are no tables yet.
OPEN = """
import os, pathlib
from tuner.tracking.store import connect
connect(os.environ["STORE"], pathlib.Path("runs"), print)
"""


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
def first_starts(postgresql, tmp_path_factory):
    """Let two processes open an empty database at once; return its name, and what they said."""
    postgresql.execute("CREATE DATABASE filled")
    variables = {
        **os.environ,
        "STORE": postgresql.make_uri("filled"),
        "MLFLOW_LOGGING_LEVEL": "ERROR",
    }
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", OPEN],
            cwd=tmp_path_factory.mktemp("host"),
            env=variables,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        for _ in range(2)
    ]
    outputs = [process.communicate()[0] for process in processes]
    postgresql.cut_off("filled")
    return "filled", [
        (process.returncode, output) for process, output in zip(processes, outputs, strict=True)
    ]


@pytest.fixture(scope="session")
def make_database(postgresql, first_starts):
    """Make a database with MLflow's tables; return its name."""
    filled, _ = first_starts

    def make():
        name = f"test_{secrets.token_hex(4)}"
        postgresql.execute(f"CREATE DATABASE {name} TEMPLATE {filled}")
        return name

    return make
