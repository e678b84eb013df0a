"""The process that writes MLflow, with a real server that stops and starts."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import time

import pytest
from mlflow import MlflowClient

from tests.helpers.mlflow_runs import append_trials, list_contents, write_runs
from tuner.study import EventKind
from tuner.tracking import MlflowMirror


class Server:
    """An MLflow server on the loopback address."""

    def __init__(self, folder):
        self.folder = folder
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.uri = f"http://127.0.0.1:{self.port}"
        self.process = None

    def start(self):
        command = [sys.executable, "-m", "mlflow", "server", "--host", "127.0.0.1"]
        command += ["--port", str(self.port), "--workers", "1"]
        command += ["--backend-store-uri", f"sqlite:///{self.folder}/server.db"]
        command += ["--artifacts-destination", str(self.folder / "server-artifacts")]
        self.process = subprocess.Popen(
            command,
            env={**os.environ, "MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false"},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        for _ in range(600):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", self.port)) == 0:
                    return
            time.sleep(0.1)
        raise TimeoutError("the server did not start")

    def stop(self):
        if self.process is not None:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()
            self.process = None


@pytest.fixture
def server(empty_database, tmp_path, monkeypatch):
    monkeypatch.setenv("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "0")
    monkeypatch.setenv("MLFLOW_HTTP_REQUEST_TIMEOUT", "5")
    shutil.copy(empty_database, tmp_path / "server.db")
    server = Server(tmp_path)
    yield server
    server.stop()


def wait_until(condition):
    for _ in range(600):
        if condition():
            return
        time.sleep(0.1)
    raise TimeoutError("the condition was not met within a minute")


def test_a_server_that_stops_and_starts_has_every_run_once_in_the_end(
    server, make_study, make_record
):
    study, faults = make_study(), []
    root = study.folder.parents[1]
    mirror = MlflowMirror(server.uri, root, on_fault=faults.append)
    mirror.on_study_begin(study)
    append_trials(study, make_record(0))
    wait_until(lambda: len(faults) == 1)  # no server at the start
    assert "Connection refused" in faults[0] or "Max retries" in faults[0]
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
