"""Names that MLflow takes for params and metrics, and values that it takes."""

import hashlib
import posixpath
import re

__all__ = [
    "MAX_PARAMS",
    "MAX_RUN_NAME",
    "make_experiment_name",
    "make_valid_name",
    "make_valid_value",
]

MAX_PARAMS = 100
"""Params that MLflow takes in one call."""

MAX_RUN_NAME = 250
"""Characters of a run's name in MLflow's tables; SQLite takes more, other databases do not."""

_MAX_NAME = 250  # characters
_MAX_VALUE = 6000
_REFUSED = re.compile(r"[^/\w.\- :]")


def make_valid_name(name: str) -> str:
    """Return a name as MLflow takes it, unchanged if MLflow takes it so.

    MLflow takes letters, digits, `_-. :/`, and no more than 250 characters; a name with slashes is
    a path that leads down. A changed name ends in a digest, so that no two names become one.

    >>> make_valid_name("optimizer/learning rate"), make_valid_name("units (first layer)")
    ('optimizer/learning rate', 'units _first layer_-34b661e3')
    """
    taken = _REFUSED.sub("_", name)
    if posixpath.normpath(taken) != taken or taken.startswith((".", "/")):
        taken = taken.replace("/", "_").replace(".", "_") or "_"
    if taken == name and len(name) <= _MAX_NAME:
        return name
    return _mark(taken, name)


def make_experiment_name(data: str, space: str) -> str:
    """Return the name of the experiment with all studies of some data and a space.

    It is cut if it is too long, and ends in a digest then.
    """
    name = f"{data}/{space}"
    return name if len(name) <= _MAX_NAME else _mark(name, name)


def _mark(taken: str, name: str) -> str:
    """Return a changed name with a digest of the original one at its end."""
    digest = hashlib.sha256(name.encode("utf-8", "surrogatepass")).hexdigest()[:8]
    return f"{taken[: _MAX_NAME - 9]}-{digest}"


def make_valid_value(value: object) -> str:
    """Return a value as the text of a param, cut if it is too long; PostgreSQL takes no NUL."""
    return str(value).replace("\0", "\\u0000")[:_MAX_VALUE]
