"""The process that writes MLflow, with a real server that stops and starts."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time

import pytest
from mlflow import MlflowClient

from tests.helpers.mlflow_runs import append_trials, list_contents, write_runs
from tests.helpers.mlflow_server import Server
from tuner.study import EventKind
from tuner.tracking import MlflowMirror


@pytest.fixture
def server(empty_database, tmp_path, monkeypatch):
    monkeypatch.setenv("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "0")
    monkeypatch.setenv("MLFLOW_HTTP_REQUEST_TIMEOUT", "60")
    shutil.copy(empty_database, tmp_path / "server.db")
    server = Server(f"sqlite:///{tmp_path}/server.db", tmp_path)
    yield server
    server.stop()


def wait_until(condition):
    for _ in range(3000):
        if condition():
            return
        time.sleep(0.1)
    raise TimeoutError("the condition was not met within five minutes")


def test_a_server_that_stops_and_starts_has_every_run_once_in_the_end(
    server, make_study, make_record
):
    study, faults = make_study(), []
    root = study.root
    mirror = MlflowMirror(server.uri, root, on_fault=faults.append)
    mirror.on_study_begin(study)
    append_trials(study, make_record(0))
    wait_until(lambda: len(faults) == 1)  # no server at the start
    assert faults[0] == "the server does not answer"
    server.start()
    wait_until(lambda: mirror.run_id and faults[-1] == "")
    server.stop()
    append_trials(study, make_record(1))
    wait_until(lambda: mirror.fault)  # no server in the middle
    study.journal.append(EventKind.ENDED, status="interrupted", summary={})
    mirror.on_study_end("interrupted", {})
    assert not mirror.complete
    server.start()  # a server again, after the end
    client = MlflowClient(tracking_uri=server.uri)
    runs = write_runs(study, client)  # as `tuner sync` does
    assert runs.run_id == mirror.run_id
    contents = list_contents(runs)
    assert len(contents) == 3
    assert write_runs(study, client).written == 0
    assert list_contents(runs) == contents


DRAWING = """
import ctypes
from types import SimpleNamespace

from tuner.tracking import mlflow_process

mlflow_process._LAST_SECONDS_OF_WORK = 0.1
follower = mlflow_process.JournalFollower()
follower.read_input()
follower._connect = follower._update = lambda: None
draw = lambda: ctypes.PyDLL(None).sleep(600)  # as V8 draws: no other thread of Python runs
follower._runs = SimpleNamespace(close=lambda: None, draw=draw)
follower.run()
"""


@pytest.mark.skipif(os.name == "nt", reason="Windows has no timers of processes")
def test_a_picture_that_is_drawn_for_long_ends_with_the_process():
    said = json.dumps({"study": "one", "ended": True, "uri": "sqlite:///a.db", "root": "."})
    command = [sys.executable, "-c", DRAWING]
    done = subprocess.run(command, input=said.encode(), capture_output=True, check=False)
    assert done.returncode == -signal.SIGALRM, done.stderr


ENDING = """
from tuner.tracking import mlflow_process

mlflow_process._LAST_SECONDS = 0.0
follower = mlflow_process.JournalFollower()
follower.scratch = mlflow_process.use_scratch()
follower.end_soon()
"""


def test_a_process_that_ends_with_its_search_leaves_no_temporary_folder(tmp_path):
    environment = {**os.environ, "TMPDIR": str(tmp_path)}
    done = subprocess.run([sys.executable, "-c", ENDING], env=environment, check=False)
    assert (done.returncode, list(tmp_path.iterdir())) == (1, [])
