"""Sets MLflow's database aside if it is damaged or was left half-made, so that a new one is made.

Nothing of a study is lost with it: the journal has all that MLflow was given.
"""

import itertools
import sqlite3
import time
from collections.abc import Callable
from contextlib import closing, suppress
from pathlib import Path

from tuner.files.whole_files import open_file

try:
    import fcntl
except ImportError:  # Windows, which renames no database that another process has open
    fcntl = None  # type: ignore[assignment]

__all__ = ["find_damage", "set_aside", "set_aside_log"]

_COMPANIONS = ("-journal", "-wal", "-shm")  # SQLite's files, which would damage a new database
_PATIENCE = 5.0  # seconds to wait for a process that writes the database, or is about to make it


def find_damage(path: Path, find_empty: Callable[[], Path]) -> str:
    """Return what is wrong with a database; "" if MLflow can use it, upgrade it, or fill it.

    What prevents that it is read, such as a lock or a missing permission, is no damage.

    Args:
        path: The database.
        find_empty: Returns an empty one of this version of MLflow. Without it, as where the cache
            folder cannot be written, nothing is said of the tables.
    """
    try:
        with open_file(path) as file:
            if not file.read(1):
                return ""  # MLflow fills a file without content
        with closing(sqlite3.connect(path, timeout=_PATIENCE)) as database:
            (fault,) = database.execute("PRAGMA quick_check(1)").fetchone()
            fault = " ".join(fault.removeprefix("*** in database main ***").split())
            return _compare_layouts(database, find_empty) if fault == "ok" else fault
    except (OSError, sqlite3.OperationalError):
        return ""
    except sqlite3.DatabaseError as error:
        return str(error)


def _compare_layouts(database: sqlite3.Connection, find_empty: Callable[[], Path]) -> str:
    """Return what the tables lack, unless there are none, or runs in those of another MLflow."""
    columns, version = _read_layout(database)
    if columns and version is None:
        return "its tables have no version, or several"
    try:
        with closing(sqlite3.connect(find_empty())) as whole:
            needed, newest = _read_layout(whole)
    except (OSError, sqlite3.Error):  # the empty one is damaged, or cannot be made
        return ""
    missing = sorted(needed - columns)
    if not columns or not missing or (version != newest and _has_runs(database)):
        return ""
    return f"it has no column {missing[0]}"


def _read_layout(database: sqlite3.Connection) -> tuple[set[str], str | None]:
    """Return the names of all columns, and the version of the tables if they have exactly one."""
    rows = database.execute(
        "SELECT t.name || '.' || c.name FROM sqlite_master t, pragma_table_info(t.name) c "
        "WHERE t.type = 'table'"
    )
    columns = {name for (name,) in rows}
    if "alembic_version.version_num" not in columns:
        return columns, None
    versions = database.execute("SELECT version_num FROM alembic_version").fetchall()
    return columns, versions[0][0] if len(versions) == 1 else None


def _has_runs(database: sqlite3.Connection) -> bool:
    try:
        return database.execute("SELECT 1 FROM runs").fetchone() is not None
    except sqlite3.OperationalError:  # there is no such table
        return False


def set_aside(path: Path, find_empty: Callable[[], Path]) -> str:
    """Rename a database that is damaged, unless another process has done so by then.

    Args:
        path: The database.
        find_empty: Returns an empty one of this version of MLflow.

    Returns:
        What was wrong and the new name, in a sentence; "" if the database stays.

    Raises:
        OSError: It cannot be renamed.
    """
    if not find_damage(path, find_empty):
        return ""
    # another program, such as `mlflow ui`, may be making its tables at this moment
    time.sleep(max(0.0, min(_PATIENCE, path.stat().st_mtime + _PATIENCE - time.time())))
    with path.open("rb") as file:
        if fcntl is not None:
            fcntl.flock(file, fcntl.LOCK_EX)  # one process renames it; SQLite has other locks
        damage = find_damage(path, find_empty)
        if not damage:
            return ""
        aside = _choose_name(path)
        for suffix in ("", *_COMPANIONS):
            if Path(f"{path}{suffix}").exists():
                Path(f"{path}{suffix}").rename(f"{aside}{suffix}")
    return (
        f"MLflow's database {path} was damaged ({damage}) and is {aside.name} now; a new one is "
        "made, to which tuner sync STUDY writes each study"
    )


def set_aside_log(path: Path) -> None:
    """Rename what a database that was removed has left: SQLite would write it into a new one.

    Raises:
        OSError: It cannot be renamed.
    """
    aside = _choose_name(path)
    for suffix in ("-wal", "-shm"):  # SQLite itself removes a journal without a database
        log = Path(f"{path}{suffix}")
        with suppress(FileNotFoundError):  # another process was quicker
            log.rename(f"{aside}{suffix}")


def _choose_name(path: Path) -> Path:
    """Return a free name for a damaged database, beside it."""
    numbers = itertools.count(1)
    names = (path.with_name(f"{path.stem}-damaged-{number}{path.suffix}") for number in numbers)
    return next(
        name
        for name in names
        if not any(Path(f"{name}{suffix}").exists() for suffix in ("", *_COMPANIONS))
    )
