"""A real MLflow server."""

import os
import socket
import subprocess
import time
from pathlib import Path

from mlflow.server.constants import (
    ARTIFACT_ROOT_ENV_VAR,
    ARTIFACTS_DESTINATION_ENV_VAR,
    BACKEND_STORE_URI_ENV_VAR,
    SERVE_ARTIFACTS_ENV_VAR,
)

from tests.helpers.ports import find_free_port
from tests.helpers.warm_processes import warm_command

_SECONDS = 300.0  # to wait for a server on a busy machine


class Server:
    """An MLflow server on the loopback address, which keeps its port when it stops and starts.

    Args:
        store: The address of the server's database.
        folder: Where its artifacts go.
    """

    def __init__(self, store: str, folder: Path) -> None:
        self.store = store
        self.folder = folder
        self.port = find_free_port()
        self.uri = f"http://127.0.0.1:{self.port}"
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start the server as `mlflow server` does, and wait until it listens.

        That command is a process of its own, which takes seconds to import MLflow, and starts this
        one.
        """
        environment = {
            **os.environ,
            BACKEND_STORE_URI_ENV_VAR: self.store,  # a password is in no list of processes
            SERVE_ARTIFACTS_ENV_VAR: "true",
            ARTIFACTS_DESTINATION_ENV_VAR: str(self.folder / "server-artifacts"),
            ARTIFACT_ROOT_ENV_VAR: "mlflow-artifacts:/",
        }
        arguments = (
            "--host",
            "127.0.0.1",
            "--port",
            str(self.port),
            "mlflow.server.fastapi_app:app",
        )
        self.process = subprocess.Popen(
            warm_command("uvicorn", *arguments, environment=environment),
            env=environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        end = time.monotonic() + _SECONDS
        while time.monotonic() < end and self.process.poll() is None:
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", self.port)) == 0:
                    return
            time.sleep(0.1)
        self.stop()
        raise RuntimeError("the server did not start")

    def stop(self) -> None:
        """Kill the server, if it runs."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            self.process = None
