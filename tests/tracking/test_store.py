"""A new database of MLflow is a copy of an empty one."""

import os
import sqlite3
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

import pytest
from mlflow import MlflowClient

from tuner.tracking import choose_tracking_uri, damage, store
from tuner.tracking.experiments import ensure_experiment
from tuner.tracking.faults import describe_fault


def read_database(path):
    """Its tables, the version of its layout, and where artifacts go by default."""
    with closing(sqlite3.connect(path)) as database:
        tables = database.execute("SELECT name, sql FROM sqlite_master ORDER BY name").fetchall()
        version = database.execute("SELECT * FROM alembic_version").fetchall()
        names = database.execute("SELECT experiment_id, name FROM experiments").fetchall()
    return tables, version, names


def connect(root):
    """A client of the database in a folder; what was renamed fails the test."""
    return store.connect(choose_tracking_uri(None, root), root, on_damage=pytest.fail)


@pytest.fixture
def cache(tmp_path, monkeypatch, empty_database):
    """A cache folder with an empty database, as MLflow made it."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setattr(store, "open_store", lambda uri: _copy(empty_database, uri))
    connect(tmp_path / "first")
    monkeypatch.undo()
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    (cached,) = (tmp_path / "cache" / "tuner").iterdir()
    return cached


def _copy(database, uri):
    path = uri.removeprefix("sqlite:///")
    with closing(sqlite3.connect(database)) as source, closing(sqlite3.connect(path)) as copy:
        source.backup(copy)


def test_a_copy_is_what_mlflow_makes(cache, empty_database, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    client = connect(tmp_path / "runs")
    assert read_database(tmp_path / "runs" / "mlflow.db") == read_database(empty_database)
    location = client.get_experiment("0").artifact_location
    assert str(tmp_path) in location


def test_a_database_that_is_there_stays(cache, tmp_path):
    uri = choose_tracking_uri(None, tmp_path / "runs")
    connect(tmp_path / "runs").create_experiment("mine")
    again = connect(tmp_path / "runs")
    assert again.get_experiment_by_name("mine") is not None
    assert MlflowClient(tracking_uri=uri).get_experiment_by_name("mine") is not None
    assert [path.name for path in (tmp_path / "runs").iterdir()] == ["mlflow.db"]


def test_searches_that_begin_at_the_same_moment_share_a_database_and_an_experiment(cache, tmp_path):
    root = tmp_path / "runs"
    with ThreadPoolExecutor(4) as searches:
        clients = list(searches.map(lambda _: connect(root), range(4)))
        found = searches.map(lambda client: ensure_experiment(client, "data/space", root), clients)
        assert len(set(found)) == 1
    assert [path.name for path in root.iterdir()] == ["mlflow.db"]


def test_what_is_damaged_is_not_copied(cache, tmp_path, empty_database, monkeypatch):
    cache.write_bytes(b"SQLite format 3\0 and no more than that" * 10)
    monkeypatch.setattr(store, "_fill", lambda draft: _copy(empty_database, str(draft)))
    store._make_database(tmp_path / "mlflow.db")
    assert read_database(tmp_path / "mlflow.db") == read_database(empty_database)


def test_a_database_that_could_not_be_made_whole_does_not_exist(tmp_path, monkeypatch):
    """MLflow cannot open one with half of its tables, now or later."""

    def fill(draft):
        with closing(sqlite3.connect(draft)) as database, database:
            database.execute("CREATE TABLE runs (run_uuid TEXT)")
        raise sqlite3.OperationalError("database or disk is full")

    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    (tmp_path / "file").write_text("no folder")
    monkeypatch.setattr(store, "_fill", fill)
    (tmp_path / "runs").mkdir()
    with pytest.raises(sqlite3.OperationalError, match="full"):
        connect(tmp_path / "runs")
    assert list((tmp_path / "runs").iterdir()) == []


def test_a_database_that_cannot_be_opened_is_said_at_once(tmp_path):
    """MLflow tries to for minutes."""
    (tmp_path / "mlflow.db").mkdir()
    with pytest.raises(sqlite3.OperationalError, match="unable to open database file"):
        connect(tmp_path)


def damage_pages(path):
    path.write_bytes(path.read_bytes()[:20_000])


def damage_header(path):
    path.write_bytes(b"no database at all" * 500)


def run_sql(*statements):
    def damage(path):
        with closing(sqlite3.connect(path)) as database, database:
            for statement in statements:
                database.execute(statement)

    return damage


@pytest.mark.parametrize(
    "harm",
    [
        damage_pages,
        damage_header,
        run_sql("DROP TABLE runs"),
        run_sql("ALTER TABLE runs DROP COLUMN deleted_time"),
        run_sql("DELETE FROM alembic_version"),
        run_sql("INSERT INTO alembic_version VALUES ('one')"),
        run_sql("UPDATE alembic_version SET version_num = '0'", "DROP TABLE model_versions"),
    ],
    ids=["pages", "header", "table", "column", "version", "versions", "half-made"],
)
def test_a_damaged_database_is_renamed_and_made_again(cache, tmp_path, empty_database, harm):
    path = tmp_path / "runs" / "mlflow.db"
    path.parent.mkdir()
    _copy(empty_database, str(path))
    harm(path)
    before = path.read_bytes()
    make_old(path)
    (tmp_path / "runs" / "mlflow.db-shm").write_bytes(b"of the damaged one")
    uri, notes = choose_tracking_uri(None, tmp_path / "runs"), []
    store.connect(uri, tmp_path / "runs", notes.append).create_experiment("mine")
    (aside,) = (tmp_path / "runs").glob("mlflow-damaged-1.db")
    assert aside.read_bytes() == before
    assert aside.with_name(f"{aside.name}-shm").exists()
    assert len(notes) == 1
    assert "mlflow-damaged-1.db now" in notes[0]
    assert connect(tmp_path / "runs").get_experiment_by_name("mine") is not None


def test_a_log_without_its_database_goes_into_no_new_one(cache, tmp_path, empty_database):
    """SQLite would write into the new database what the old one had not taken in yet."""
    path = tmp_path / "runs" / "mlflow.db"
    path.parent.mkdir()
    _copy(empty_database, str(path))
    with closing(sqlite3.connect(path)) as database, database:
        database.execute("PRAGMA journal_mode=WAL")
        database.execute("INSERT INTO experiments (name) VALUES ('old')")
        database.commit()
        log = path.with_name("mlflow.db-wal").read_bytes()
    path.unlink()
    path.with_name("mlflow.db-wal").write_bytes(log)
    client = connect(tmp_path / "runs")
    assert [each.name for each in client.search_experiments()] == ["Default"]
    assert path.with_name("mlflow-damaged-1.db-wal").read_bytes() == log


def test_what_a_killed_process_has_begun_is_removed(cache, tmp_path):
    """Beside a database and in the cache folder; not what a living one makes."""
    runs, caches = tmp_path / "runs", cache.parent
    runs.mkdir()
    begun = [
        folder / f".{name}-{'01' * 8}.tmp"
        for folder, name in ((runs, "mlflow.db"), (caches, cache.name))
    ]
    for path in (
        *begun,
        *(path.with_suffix(".tmp-journal") for path in begun),
        runs / "mine.tmp-journal",
    ):
        path.write_bytes(b"begun")
        make_old(path)
    with store._make_draft(tmp_path / "runs" / "mlflow.db") as living:
        make_old(living)
        connect(tmp_path / "runs")
        assert living.exists()
    assert {path.name for path in runs.iterdir()} == {"mlflow.db", "mine.tmp-journal"}
    assert list(caches.iterdir()) == [cache]


def test_the_tables_of_a_newer_mlflow_are_kept_and_told(cache, tmp_path, empty_database):
    path = tmp_path / "mlflow.db"
    _copy(empty_database, str(path))
    run_sql("UPDATE alembic_version SET version_num = 'newer'")(path)
    with pytest.raises(Exception) as error:  # noqa: PT011  (MLflow's own)
        connect(tmp_path)
    assert describe_fault(error.value).startswith("another version of MLflow made its tables: ")


def test_what_mlflow_fills_or_upgrades_stays(cache, tmp_path, empty_database):
    """An empty file, and a database of an earlier MLflow that has runs."""
    path = tmp_path / "mlflow.db"
    path.touch()
    assert damage.find_damage(path, lambda: cache) == ""
    _copy(empty_database, str(path))
    run_sql(
        "UPDATE alembic_version SET version_num = 'earlier'",
        "ALTER TABLE runs DROP COLUMN deleted_time",
        "INSERT INTO runs (run_uuid) VALUES ('one')",
    )(path)
    assert damage.find_damage(path, lambda: cache) == ""


def test_a_database_of_another_folder_is_never_renamed(cache, tmp_path):
    (tmp_path / "mlflow.db").write_bytes(b"no database at all" * 500)
    uri = choose_tracking_uri(None, tmp_path)
    with pytest.raises(sqlite3.DatabaseError, match="not a database"):
        store.connect(uri, tmp_path / "runs", on_damage=pytest.fail)
    assert [path.name for path in tmp_path.glob("*.db")] == ["mlflow.db"]


def make_old(path):
    os.utime(path, (0, 0))  # no process can be making it


def test_no_cache_folder_is_needed(tmp_path, empty_database, monkeypatch):
    """As where the home folder is a file, is missing, or belongs to somebody else."""
    (tmp_path / "file").write_text("no folder")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    _copy(empty_database, str(tmp_path / "mlflow.db"))
    assert connect(tmp_path).get_experiment("0") is not None


def test_an_empty_database_that_is_damaged_tells_nothing_of_another(cache, tmp_path):
    connect(tmp_path / "runs")
    cache.write_bytes(b"no database at all" * 500)
    assert connect(tmp_path / "runs").get_experiment("0") is not None
