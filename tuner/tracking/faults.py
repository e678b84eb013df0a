"""Says why MLflow cannot be reached or written, without the texts of the libraries in between."""

import re
import socket
import sqlite3
import ssl

from tuner.errors import TrackingError, first_sentence, list_causes, one_line
from tuner.words import mask_passwords

__all__ = ["describe_fault"]

_MEANINGS = (
    (socket.gaierror, "the server's name is not known"),
    (TimeoutError, "the server does not answer in time"),
    (ConnectionError, "the server does not answer"),
)
_STATUS = re.compile(r"error code (\d{3})\b|too many (\d{3}) error")
_STATUS_REASONS = {
    "401": ", it asks for a name and a password",
    "403": ", it does not allow that",
    "404": ", it may not be MLflow's",
    "413": ", it takes nothing of that size: whoever runs it can raise the limit",
    "429": ", it takes no more requests at the moment",
}
_PACKAGES = dict.fromkeys(
    ("psycopg", "psycopg2"), "; pip install 'softmax-tuner[postgresql]' installs it"
)
_OTHER_VERSION = "out-of-date database schema"  # MLflow says so where the tables are newer, too
_UPGRADE = (
    "another version of MLflow made its tables: install that version or a newer one, or, if it was "
    "an older one, run mlflow db upgrade with the store's address"
)
_NO_FOLDERS = (
    "MLflow takes no plain folder any more, unless MLFLOW_ALLOW_FILE_STORE=true; sqlite:///FILE is "
    "a database"
)
_SAID = {_OTHER_VERSION: _UPGRADE, "MLFLOW_ALLOW_FILE_STORE": _NO_FOLDERS}


def describe_fault(error: BaseException) -> str:
    """Return in a few words why MLflow failed, without the passwords of addresses.

    MLflow, requests, urllib3 and SQLAlchemy each wrap the error of the layer below; the lowest
    layers' errors are Python's own, so that their classes, not their texts, decide.

    Args:
        error: What a client of MLflow raised.

    >>> describe_fault(ConnectionRefusedError(111, "Connection refused"))
    'the server does not answer'
    """
    return mask_passwords(_describe(error))


def _describe(error: BaseException) -> str:
    if isinstance(error, TrackingError):
        return str(error)
    chain = list_causes(error)
    for cause in reversed(chain):
        if reason := _describe_cause(cause):
            return reason
    if any(type(cause).__module__.startswith("mlflow.") for cause in chain):
        return first_sentence(str(error))
    return one_line(error)


def _describe_cause(error: BaseException) -> str:
    """Return what an error of a lower layer means; "" if that is not known."""
    text = str(error)
    if meaning := next((meaning for kind, meaning in _MEANINGS if isinstance(error, kind)), ""):
        return meaning
    if meaning := next((meaning for said, meaning in _SAID.items() if said in text), ""):
        return meaning
    cause = error if isinstance(error, sqlite3.Error) else getattr(error, "orig", None)
    if cause:  # of the database's driver, which SQLAlchemy wraps
        said = str(cause).partition("\n")[0]  # psycopg's further lines have hints
        return first_sentence(said.removeprefix("connection failed: "))
    if status := _STATUS.search(text):
        number = status[1] or status[2]
        return f"the server answers with status {number}{_STATUS_REASONS.get(number, '')}"
    return _describe_system(error)


def _describe_system(error: BaseException) -> str:
    """Return what the system or Python says of a connection, a file or a module; "" if nothing."""
    if isinstance(error, ssl.SSLError):
        return f"no secure connection: {(error.reason or str(error)).replace('_', ' ').lower()}"
    if isinstance(error, ModuleNotFoundError):
        hint = _PACKAGES.get(error.name or "", "")
        return f"a package that this store needs is not installed: Python has no {error.name}{hint}"
    if isinstance(error, OSError) and error.strerror:
        is_ours = str(error.filename or ".tmp").endswith(".tmp")
        return error.strerror if is_ours else f"{error.filename}: {error.strerror}"
    return ""
