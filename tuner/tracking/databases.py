"""Opens databases that several machines write to, such as PostgreSQL's."""

from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

import sqlalchemy

__all__ = ["hold_shared_database", "is_shared_database"]

_DIALECTS = {"postgresql", "mysql", "mssql"}
# of all that call this, in a database's many locks; any number that nobody else takes
_LOCK = 0x74756E6572  # "tuner"
_SECONDS = 300  # to wait for the lock, while another process lets MLflow make its tables
_TAKE = {
    "postgresql": (
        f"SET LOCAL lock_timeout = '{_SECONDS}s'",
        # until the transaction ends, which holds through poolers of connections, too
        f"SELECT pg_advisory_xact_lock({_LOCK})",
    ),
}


def is_shared_database(uri: str) -> bool:
    """Return whether an address is that of a database on a server, which MLflow opens itself."""
    return urlsplit(uri).scheme.partition("+")[0] in _DIALECTS


@contextmanager
def hold_shared_database(uri: str) -> Iterator[None]:
    """Be the only process that opens a database, if it is PostgreSQL's; of others, reach it.

    MLflow makes its tables when it first opens a database, and fails if another process does so at
    the same time. Where a database does not answer, this fails at once; MLflow would try for
    minutes.

    Raises:
        sqlalchemy.exc.SQLAlchemyError: The database cannot be reached, or is held for too long.
        ModuleNotFoundError: Its driver is not installed.
    """
    engine = sqlalchemy.create_engine(uri, poolclass=sqlalchemy.NullPool)
    with engine.begin() as connection:
        for statement in _TAKE.get(engine.dialect.name, ()):
            connection.execute(sqlalchemy.text(statement))
        yield
