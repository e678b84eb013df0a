"""The mirror of a study, and the process that it starts, with real MLflow stores in SQLite."""

import sqlite3
import subprocess
import time
from contextlib import closing
from pathlib import Path

import pytest
from mlflow import MlflowClient

from tests.helpers.mlflow_runs import append_trials
from tests.helpers.warm_processes import warm_command
from tuner.study import EventKind
from tuner.tracking import MlflowMirror, choose_tracking_uri, mlflow_process
from tuner.tracking.mlflow_process import JournalFollower

BUSY = 120.0  # seconds to wait at a study's end, since the machine may be busy


@pytest.fixture(autouse=True)
def patience(monkeypatch):
    monkeypatch.setattr("tuner.tracking.mirror._PATIENCE", BUSY)


def test_a_mirror_creates_the_database_and_writes_until_the_study_ends(make_study, make_record):
    study, faults = make_study(), []
    root = study.root
    mirror = MlflowMirror(choose_tracking_uri(None, root), root, on_fault=faults.append)
    mirror.on_study_begin(study)
    append_trials(study, make_record(0), make_record(1))
    study.journal.append(EventKind.ENDED, status="interrupted", summary={})
    mirror.on_study_end("interrupted", {})
    assert (mirror.fault, faults, mirror.complete) == ("", [], True)
    client = MlflowClient(tracking_uri=mirror.uri)
    assert client.get_run(mirror.run_id).info.status == "KILLED"
    assert len(client.search_runs([mirror.experiment_id])) == 3


@pytest.mark.usefixtures("shadowed")
def test_no_file_of_the_current_folder_takes_the_place_of_a_library(root, study):
    mirror = MlflowMirror(choose_tracking_uri(None, root), root)
    mirror.on_study_begin(study)
    mirror.on_study_end("finished", {})
    assert (mirror.fault, mirror.complete) == ("", True)


@pytest.mark.parametrize(
    ("uri", "fault"),
    [
        ("sqlite:///{folder}/study.json/mlflow.db", ": File exists"),
        ("sqlite:///{folder}/garbage.db", "file is not a database"),
        ("nothing://there", "got unsupported URI 'nothing://there'"),
    ],
    ids=["a file in the way", "no database", "no such store"],
)
def test_a_store_that_cannot_be_written_is_reported_once_and_stops_nothing(
    make_study, make_record, uri, fault
):
    study, faults = make_study(), []
    (study.folder / "garbage.db").write_bytes(b"no database at all, but more than a header" * 50)
    root = study.root
    mirror = MlflowMirror(uri.format(folder=study.folder), root, on_fault=faults.append)
    mirror.on_study_begin(study)
    append_trials(study, make_record(0))
    mirror.on_study_end("failed", {})
    assert faults == [mirror.fault]
    assert fault in mirror.fault
    assert not mirror.complete


def test_a_mirror_whose_process_dies_reports_it(study, root):
    mirror = MlflowMirror(choose_tracking_uri(None, root), root)
    mirror._process.kill()
    mirror.on_study_begin(study)
    mirror.on_study_end("failed", {})
    assert mirror.fault == "the process that writes it was ended by SIGKILL"


@pytest.mark.usefixtures("usual_processes")
def test_the_uri_is_no_argument_of_the_process(root):
    mirror = MlflowMirror("http://bob:s3cr3t@127.0.0.1:9", root)
    arguments = Path(f"/proc/{mirror._process.pid}/cmdline").read_text()
    mirror._process.kill()
    mirror.on_study_end("failed", {})
    assert "s3cr3t" not in arguments
    assert mirror._process.args[2] == "tuner.tracking.mlflow_process"


def test_a_killed_search_takes_the_process_with_it_whatever_the_process_waits_for(root, tmp_path):
    """Here for a server that takes connections and never answers."""
    program = f"""
import os, socket, time
from pathlib import Path
from tuner.tracking import MlflowMirror
os.environ["PYTHONUNBUFFERED"] = "1"  # so that its process starts as usual, and not warm
with socket.create_server(("127.0.0.1", 0)) as server:
    mirror = MlflowMirror("http://127.0.0.1:%d" % server.getsockname()[1], Path({str(root)!r}))
    server.accept()
    print(mirror._process.pid, flush=True)
    time.sleep(600)
"""
    (tmp_path / "killed.py").write_text(program, encoding="utf-8")
    search = subprocess.Popen(
        warm_command("killed"), cwd=tmp_path, stdout=subprocess.PIPE, text=True
    )
    number = int(search.stdout.readline())
    search.kill()
    search.communicate()
    killed = time.monotonic()
    while Path(f"/proc/{number}").exists() and time.monotonic() < killed + BUSY:
        time.sleep(0.1)
    assert time.monotonic() < killed + BUSY  # five seconds where nothing else runs


def test_a_server_that_never_could_be_written_is_not_said_to_be_again(root):
    follower, reports = JournalFollower(), []
    follower.uri = f"sqlite:///{root}/study.json/mlflow.db"
    (root / "study.json").touch()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(mlflow_process, "report", lambda **message: reports.append(message))
        for _ in range(3):  # as long as no study is named
            follower._attempt(follower._update if reports else follower._connect)
    assert [*map(list, reports)] == [["fault"]]


def test_a_locked_database_is_waited_for(study, root, make_record):
    mirror = MlflowMirror(choose_tracking_uri(None, root), root)
    with closing(sqlite3.connect(root / "mlflow.db", isolation_level=None)) as other:
        other.execute("begin immediate")
        mirror.on_study_begin(study)
        append_trials(study, make_record(0))
        other.execute("commit")
    mirror.on_study_end("interrupted", {})
    assert mirror.complete
