"""Serves an exported model over HTTP, with MLflow's own scoring server."""

import logging
import socket
from pathlib import Path

import mlflow
import uvicorn
from mlflow.pyfunc import scoring_server

from tuner.errors import UserError, first_sentence, one_line
from tuner.serving.request_checker import RequestChecker

__all__ = ["listen", "make_app", "serve"]


def make_app(folder: Path) -> RequestChecker:
    """Return an ASGI application that answers `/invocations` and `/ping`.

    Args:
        folder: An exported model.

    Raises:
        UserError: MLflow cannot load the model.
    """
    # it warns about every request with `instances`
    logging.getLogger(scoring_server.__name__).setLevel(logging.ERROR)
    path = folder / "mlflow_model"
    try:
        model = mlflow.pyfunc.load_model(str(path))
    except Exception as error:  # of MLflow, YAML or Keras; no error of this package reaches it
        reason = first_sentence(one_line(error))
        raise UserError(f"{path} is damaged ({reason}); export the model again") from error
    return RequestChecker(scoring_server.init(model))


def listen(host: str, port: int) -> socket.socket:
    """Return a socket that listens on an address.

    Args:
        host: A name or an address of this machine.
        port: A port, or 0 for any free one.

    Raises:
        UserError: The address does not exist or is taken.
    """
    try:
        addresses = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
        family, _, _, _, address = addresses[0]
        return socket.create_server(address[:2], family=family)
    except OSError as error:
        reason = str(error.strerror).partition(" (while ")[0]
        raise UserError(
            f"cannot listen on {host}, port {port} ({reason}); give another --host or --port"
        ) from error


def serve(app: RequestChecker, bound: socket.socket) -> None:
    """Answer requests until the process is interrupted."""
    config = uvicorn.Config(app, log_level="warning", access_log=False)
    uvicorn.Server(config).run(sockets=[bound])
