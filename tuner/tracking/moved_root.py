"""Lets MLflow's database follow the root that it is in, when that was moved or copied.

MLflow keeps where artifacts are as absolute addresses. A copy would go on to write to the artifacts
of the first one.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path
from urllib.parse import unquote, urlsplit
from urllib.request import url2pathname

__all__ = ["follow_root"]

_PATIENCE = 5.0  # seconds to wait for a process that writes the database
_ADDRESSES = (
    ("experiments", "artifact_location"),
    ("runs", "artifact_uri"),
    ("logged_models", "artifact_location"),
    ("model_versions", "source"),
    ("model_versions", "storage_location"),
)  # tables and columns


def follow_root(path: Path, root: Path) -> None:
    """Change the addresses of artifacts that were below an earlier place of the root.

    Args:
        path: The database, `mlflow.db` in the root.
        root: The folder of all studies, as it is named now.
    """
    new = (root.absolute() / "artifacts").as_uri() + "/"
    # what cannot be read or written now is told of when MLflow cannot, either
    with suppress(sqlite3.Error), closing(sqlite3.connect(path, timeout=_PATIENCE)) as database:
        for old in list(_find_old(database, new)):
            with database:
                for table, column in _ADDRESSES:
                    database.execute(
                        f"UPDATE {table} SET {column} = ? || substr({column}, ?) "
                        f"WHERE substr({column}, 1, ?) = ?",
                        (new, len(old) + 1, len(old), old),
                    )


def _find_old(database: sqlite3.Connection, new: str) -> Iterator[str]:
    """Yield the earlier addresses of a root's artifacts, each once."""
    seen = {new}
    for location, name in database.execute("SELECT artifact_location, name FROM experiments"):
        if not unquote(location or "").endswith(f"/artifacts/{name}"):
            continue  # it is not one of ours
        old = location.rsplit("/", name.count("/") + 1)[0] + "/"
        if old.startswith("file:") and old not in seen and _was_root(old, new):
            yield old
        seen.add(old)


def _was_root(old: str, new: str) -> bool:
    """Return whether artifacts belong to a root of ours, which is gone or another one by now."""
    before, now = (Path(url2pathname(urlsplit(address).path)) for address in (old, new))
    if not before.parent.exists():
        return True
    is_root = (before.parent / "mlflow.db").exists()
    return is_root and not before.parent.samefile(now.parent)
