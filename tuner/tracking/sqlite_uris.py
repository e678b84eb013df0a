"""Addresses of SQLite databases, as SQLAlchemy reads them for MLflow."""

from importlib.metadata import version
from pathlib import Path
from urllib.parse import quote, unquote

from tuner.errors import UserError
from tuner.files.network_disks import find_network

__all__ = ["find_database", "make_sqlite_uri", "warn_about_network"]

_SQLITE = "sqlite:///"


def make_sqlite_uri(path: Path) -> str:
    """Return the address of a database: what begins a parameter or a code in it is encoded.

    Raises:
        UserError: This version of SQLAlchemy has no address for the path.
    """
    text = str(path)
    if _decodes():
        return _SQLITE + "".join(letter if letter not in "%?" else quote(letter) for letter in text)
    if "?" in text:
        raise UserError(
            f"MLflow finds no database in {path.parent}, because of the question mark; give "
            "another --root, or --tracking-uri"
        )
    return _SQLITE + text


def find_database(uri: str) -> Path | None:
    """Return the path of a SQLite database by its address; None of any other store."""
    if not uri.startswith(_SQLITE):
        return None
    path = uri.removeprefix(_SQLITE).partition("?")[0]
    return Path(unquote(path) if _decodes() else path)


def warn_about_network(uri: str) -> list[str]:
    """Return that a SQLite database lies on a network, if it does, and what to do about it.

    SQLite relies on locks and caches that are not the same on all hosts (sqlite.org/howtocorrupt).
    """
    path = find_database(uri)
    network = find_network(path) if path is not None else ""
    if not network:
        return []
    return [
        f"MLflow's database {path} is on a network ({network}), where several hosts or a lost "
        "connection can damage it, though no study; give --tracking-uri the address of a server, "
        "or --root a folder on a disk of this host"
    ]


def _decodes() -> bool:
    """Return whether SQLAlchemy decodes the path of an address; it does since 2.1."""
    return tuple(map(int, version("sqlalchemy").split(".")[:2])) >= (2, 1)
