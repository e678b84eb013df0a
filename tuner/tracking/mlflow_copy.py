"""Remembers in a study's folder which MLflow store has the whole study."""

import hashlib
import json
from contextlib import suppress
from pathlib import Path

from tuner.files.whole_files import read_file, write_whole
from tuner.study import Study
from tuner.tracking.sqlite_uris import find_database
from tuner.words import mask_passwords

__all__ = ["find_copy", "forget_copy", "remember_copy"]


def remember_copy(study: Study, uri: str, experiment: str) -> None:
    """Keep which store has the whole study.

    Args:
        study: The study.
        uri: MLflow's tracking URI.
        experiment: MLflow's id of the experiment.
    """
    with suppress(OSError):  # then `tuner sync` is advised, which does no harm
        copy = {"study": study.record.name, "store": _digest(uri), "experiment": experiment}
        copy["view"] = study.record.id
        write_whole(_locate(study), lambda file: file.write(json.dumps(copy).encode()))


def forget_copy(study: Study) -> None:
    """Forget the store, because the study is about to have more than the store."""
    with suppress(OSError):
        _locate(study).unlink()


def find_copy(study: Study, uri: str) -> str | None:
    """Return MLflow's id of the experiment. None if the store is not known to have the study.

    Args:
        study: The study.
        uri: MLflow's tracking URI.
    """
    try:
        copy = json.loads(read_file(_locate(study)))
        known = (copy["study"], copy["store"], copy["view"])  # 0.2.0 and older wrote no view
        same = known == (study.record.name, _digest(uri), study.record.id)
        return str(copy["experiment"]) if same and _is_there(uri) else None
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return None


def _digest(uri: str) -> str:
    """Return a digest of a tracking URI without its password, which could be guessed from it."""
    return hashlib.sha256(mask_passwords(uri).encode()).hexdigest()


def _is_there(uri: str) -> bool:
    """Return whether the file of a SQLite store is there; of other stores it is not known."""
    path = find_database(uri)
    return path is None or path.is_file()


def _locate(study: Study) -> Path:
    return study.folder / "mlflow.json"
