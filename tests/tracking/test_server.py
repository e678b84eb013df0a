"""A study in MLflow over a real server that is away, comes, goes and comes back."""

import os
import signal
import socket
import subprocess
import sys
import time

import pytest
from mlflow import MlflowClient

from tests.tracking.test_mirror import contents, journal, written
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
def server(tmp_path, monkeypatch):
    monkeypatch.setenv("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "0")
    monkeypatch.setenv("MLFLOW_HTTP_REQUEST_TIMEOUT", "5")
    server = Server(tmp_path)
    yield server
    server.stop()


def wait_until(holds):
    for _ in range(600):
        if holds():
            return
        time.sleep(0.1)
    raise TimeoutError("it never came to hold")


def test_a_server_that_comes_and_goes_has_every_run_once_in_the_end(
    server, make_study, make_record
):
    study, told = make_study(), []
    root = study.folder.parents[1]
    mirror = MlflowMirror(server.uri, root, on_fault=told.append)
    mirror.on_study_begin(study)
    journal(study, make_record(0))
    wait_until(lambda: len(told) == 1)  # away from the start
    assert "Connection refused" in told[0] or "Max retries" in told[0]
    server.start()
    wait_until(lambda: mirror.run_id and told[-1] == "")
    server.stop()
    journal(study, make_record(1))
    wait_until(lambda: mirror.fault)  # away in the middle
    study.journal.append("ended", status="interrupted", summary={})
    mirror.on_study_end("interrupted", {})
    assert not mirror.complete
    server.start()  # back again, after the end
    client = MlflowClient(tracking_uri=server.uri)
    runs = written(study, client)  # what `tuner sync` does
    assert runs.run_id == mirror.run_id
    found = contents(runs)
    assert len(found) == 3
    assert written(study, client).written == 0
    assert contents(runs) == found
