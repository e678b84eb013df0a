"""Opens MLflow's store, and makes a new database of it in a moment.

MLflow makes a database by all changes that its tables have seen since its first version, which
takes two seconds. So an empty one is made once for each version of MLflow, in the user's cache
folder, and copied.
"""

import os
import secrets
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, nullcontext, suppress
from importlib.metadata import version
from pathlib import Path

from mlflow import MlflowClient

from tuner.files.leftovers import remove_leftovers, show_work
from tuner.files.whole_files import find_cache_folder
from tuner.tracking.damage import set_aside, set_aside_log
from tuner.tracking.databases import hold_shared_database, is_shared_database
from tuner.tracking.moved_root import follow_root
from tuner.tracking.sqlite_uris import find_database, make_sqlite_uri

__all__ = ["connect", "open_store"]


def connect(uri: str, root: Path, on_damage: Callable[[str], object]) -> MlflowClient:
    """Return a client of an MLflow store that answers; create a database that does not exist.

    The database in `root` is ours: if it is damaged, it is renamed, and a new one is made.

    Args:
        uri: The tracking URI.
        root: The folder of all studies.
        on_damage: Called with a sentence if a database was renamed.

    Raises:
        Exception: The store cannot be reached. Each kind of store raises its own errors.
    """
    path = find_database(uri)
    is_ours = path == root.absolute() / "mlflow.db"
    if path is not None and is_ours and path.exists():
        sentence = set_aside(path, _find_empty)
        if sentence:
            on_damage(sentence)
        elif path.exists():
            follow_root(path, root)
    if path is not None and path.is_absolute() and not path.exists():
        _make_database(path)
    return open_store(uri)


def open_store(uri: str) -> MlflowClient:
    """Return a client of an MLflow store that answers, without a folder that MLflow leaves.

    Args:
        uri: The tracking URI.

    Raises:
        Exception: The store cannot be reached. Each kind of store raises its own errors.
    """
    path = find_database(uri)
    if path is not None and "?" not in uri:
        _check_database(path)
    hold = hold_shared_database(uri) if is_shared_database(uri) else nullcontext()
    with hold, _remove_strays(uri):
        client = MlflowClient(tracking_uri=uri)
        client.search_experiments(max_results=1)
        if "%" in uri:  # its registry of models makes the folder, too
            client.search_registered_models(max_results=1)
    return client


@contextmanager
def _remove_strays(uri: str) -> Iterator[None]:
    """Remove the folder that MLflow makes for a database whose address it does not decode."""
    folder = Path(uri.removeprefix("sqlite:///")).parent
    strays = [path for path in (folder, *folder.parents) if "%" in uri and not path.exists()]
    try:
        yield
    finally:
        for stray in strays:
            with suppress(OSError):  # it was not made, or somebody else has filled it
                stray.rmdir()


def _check_database(path: Path) -> None:
    """Raise at once what MLflow tries again for minutes: a database that cannot be opened."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with closing(sqlite3.connect(path)) as database:
        database.execute("PRAGMA schema_version")


def _make_database(path: Path) -> None:
    """Make an empty database, unless another process has made it by then.

    It has its name only when it is whole: MLflow cannot open what a kill or a full disk has left.
    MLflow adds the experiment that each store has, whose artifacts are beside the database.
    """
    try:
        with _make_draft(path) as draft:
            _copy_empty(draft)
            _name(draft, path)
    except (OSError, sqlite3.Error):  # MLflow itself makes it, or says why not
        with _make_draft(path) as draft:
            _fill(draft)
            _name(draft, path)


@contextmanager
def _make_draft(path: Path) -> Iterator[Path]:
    """Give a database a temporary name until it is whole; its folder is made if there is none."""
    path.parent.mkdir(parents=True, exist_ok=True)
    _remove_drafts(path)
    draft = path.with_name(f"{_begin_draft(path)}{secrets.token_hex(8)}.tmp")
    try:
        with draft.open("xb") as file:
            show_work(file.fileno())
            yield draft
    finally:
        draft.unlink(missing_ok=True)


def _begin_draft(path: Path) -> str:
    return f".{path.name[:50]}-"


def _remove_drafts(path: Path) -> None:
    """Remove what killed processes have left of a database that they were making."""
    remove_leftovers(path.parent, _begin_draft(path))
    with suppress(OSError):  # what cannot be removed does no harm
        for journal in path.parent.glob("*.tmp-journal"):
            is_ours = journal.name.startswith(_begin_draft(path))
            if is_ours and not journal.with_suffix(".tmp").exists():
                journal.unlink()


def _name(draft: Path, path: Path) -> None:
    """Give a new database its name, unless another process has made one by then."""
    if not path.exists():
        set_aside_log(path)
    try:
        os.link(draft, path)  # unlike `rename`, it never replaces a database
    except FileExistsError:
        pass
    except OSError:  # a disk without links
        if not path.exists():
            draft.rename(path)


def _copy_empty(draft: Path) -> None:
    """Copy the empty database of the cache folder."""
    with closing(sqlite3.connect(_find_empty())) as source, closing(sqlite3.connect(draft)) as copy:
        source.backup(copy)  # fails if the file is damaged


def _find_empty() -> Path:
    """Return the empty database of the cache folder, which is made if there is none."""
    empty = find_cache_folder() / f"mlflow-{version('mlflow')}.db"
    _remove_drafts(empty)
    if not empty.exists():
        _make_empty(empty)
    return empty


def _make_empty(empty: Path) -> None:
    """Make the database that is copied."""
    with _make_draft(empty) as draft:
        _fill(draft)
        draft.replace(empty)


def _fill(draft: Path) -> None:
    """Let MLflow make a database, without the experiment that it adds."""
    open_store(make_sqlite_uri(draft))
    with closing(sqlite3.connect(draft)) as database, database:
        database.execute("DELETE FROM experiments")
