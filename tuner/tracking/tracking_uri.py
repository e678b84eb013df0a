"""Which MLflow store a study is written to."""

import os
import re
from importlib.metadata import entry_points
from pathlib import Path
from urllib.parse import urlsplit

from tuner.errors import UserError
from tuner.tracking.sqlite_uris import make_sqlite_uri
from tuner.words import mask_passwords

__all__ = ["choose_tracking_uri"]

_DATABASES = {"sqlite", "postgresql", "mysql", "mssql"}
_SCHEMES = _DATABASES | {"", "file", "http", "https", "databricks"}
_VARIABLE = "MLFLOW_TRACKING_URI"
_IN_MEMORY = re.compile(r"sqlite(\+\w+)?:(//)?(/?$|/:memory:|.*[?&]mode=memory)")


def choose_tracking_uri(uri: str | None, root: Path) -> str:
    """Return the tracking URI of MLflow's store.

    Args:
        uri: The URI that the user gave. Defaults to the environment's `MLFLOW_TRACKING_URI`, or
            else to a SQLite database in `root`.
        root: The folder of all studies.

    Raises:
        UserError: MLflow has no store of this scheme, or one that forgets all when a process ends.
            Whether the store answers is not checked.
    """
    named = "--tracking-uri" if uri and uri.strip() else _VARIABLE  # what the user has to change
    uri = ((uri or "").strip() or os.environ.get(_VARIABLE, "")).strip()
    if not uri:
        return make_sqlite_uri(root.absolute() / "mlflow.db")
    shown = mask_passwords(uri)
    try:
        scheme = urlsplit(uri).scheme.partition("+")[0]  # mysql+pymysql names a driver too
    except ValueError as error:
        raise UserError(
            f"{named}: {shown} is no address ({error}); give http://HOST:PORT of a server, or "
            "a database such as sqlite:///FILE"
        ) from error
    _check_secrets(named, uri, scheme)
    if _IN_MEMORY.match(uri):
        raise UserError(
            f"{named}: {shown} is a database in memory, which ends with the process that writes "
            "it; give a file, as sqlite:///FILE"
        )
    is_drive = len(scheme) == 1
    if is_drive or scheme in _SCHEMES | set(entry_points(group="mlflow.tracking_store").names):
        return uri
    raise UserError(
        f"{named}: MLflow has no store {scheme}: as in {shown}; give http://HOST:PORT of a "
        "server, or a database such as sqlite:///FILE"
    )


def _check_secrets(named: str, uri: str, scheme: str) -> None:
    """Refuse an address of which it is not clear what is a password, and do not show it.

    Raises:
        UserError: The address is refused.
    """
    if "://" not in uri and len(scheme) != 1 and re.match(r"[^@]*:[^@]*@", uri):
        raise UserError(f"{named}: write it as http://NAME:PASSWORD@HOST:PORT, or as a file")
    if scheme not in {"", "sqlite", "file"} and any(map(str.isspace, uri)):
        raise UserError(f"{named}: an address has no spaces; write each as %20")
