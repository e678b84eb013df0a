"""How to open a study in MLflow's pages."""

import os
import shlex
import shutil
import sys
from pathlib import Path
from urllib.parse import urlsplit

from tuner.study import Study
from tuner.tracking import locate_page, make_sqlite_uri
from tuner.words import mask_passwords

__all__ = ["describe_page"]


def describe_page(study: Study, uri: str, experiment: str) -> list[str]:
    """Return lines that say where a study is in MLflow, and which command shows a local store.

    Args:
        study: The study.
        uri: MLflow's tracking URI.
        experiment: MLflow's id of the experiment.
    """
    page = locate_page(experiment, study.record)
    if uri.startswith(("http:", "https:")):
        server = urlsplit(uri)
        # a browser asks for the name and the password
        address = server._replace(netloc=server.netloc.rpartition("@")[2]).geturl()
        return [f"compare  {address.rstrip('/')}{page}"]
    uri = uri.replace(f"{make_sqlite_uri(Path.cwd())}/", "sqlite:///")
    return [f"compare  {_make_command(uri)}", f"         then open http://127.0.0.1:5000{page}"]


def _make_command(uri: str) -> str:
    """Return the command that shows a store, without a name and a password in its address."""
    command = shlex.join([*_find_mlflow(), "ui"])
    if mask_passwords(uri) == uri:
        return f"{command} --backend-store-uri {shlex.quote(uri)}"
    if os.environ.get("MLFLOW_TRACKING_URI", "").strip() == uri:
        return f'MLFLOW_BACKEND_STORE_URI="$MLFLOW_TRACKING_URI" {command}'
    return f"{command}   (with the database's address in MLFLOW_BACKEND_STORE_URI)"


def _find_mlflow() -> list[str]:
    """Return how to call this environment's MLflow: by its name alone if that is on the PATH."""
    python = Path(sys.executable)
    if shutil.which("mlflow") == str(python.with_name("mlflow")):
        return ["mlflow"]
    here = Path.cwd()
    shown = python.relative_to(here) if python.is_relative_to(here) else python
    return [str(shown), "-m", "mlflow"]
