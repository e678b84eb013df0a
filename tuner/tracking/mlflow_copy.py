"""Remembers in a study's folder which MLflow stores have the whole study."""

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
    """Keep that a store has the whole study, beside others that have it.

    Args:
        study: The study.
        uri: MLflow's tracking URI.
        experiment: MLflow's id of the experiment.
    """
    with suppress(OSError):  # then `tuner sync` is advised, which does no harm
        stores = {**_read_stores(study), _digest(uri): experiment}
        copy = {"study": study.record.name, "view": study.record.id, "stores": stores}
        write_whole(_locate(study), lambda file: file.write(json.dumps(copy).encode()))


def forget_copy(study: Study) -> None:
    """Forget all stores, because the study is about to have more than they have."""
    with suppress(OSError):
        _locate(study).unlink()


def find_copy(study: Study, uri: str) -> str | None:
    """Return MLflow's id of the experiment. None if the store is not known to have the study.

    Args:
        study: The study.
        uri: MLflow's tracking URI.
    """
    experiment = _read_stores(study).get(_digest(uri))
    return experiment if _is_there(uri) else None


def _read_stores(study: Study) -> dict[str, str]:
    """Return MLflow's id of the experiment by the digest of each store that has the study."""
    try:
        copy = json.loads(read_file(_locate(study)))
        known = (copy["study"], copy["view"])  # 0.2.0 and older wrote no view
        if known != (study.record.name, study.record.id):
            return {}
        # an earlier version kept one store
        stores = copy["stores"] if "stores" in copy else {copy["store"]: copy["experiment"]}
        return {str(store): str(experiment) for store, experiment in stores.items()}
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return {}


def _digest(uri: str) -> str:
    """Return a digest of a tracking URI without its password, which could be guessed from it."""
    return hashlib.sha256(mask_passwords(uri).encode()).hexdigest()


def _is_there(uri: str) -> bool:
    """Return whether the file of a SQLite store is there; of other stores it is not known."""
    path = find_database(uri)
    return path is None or path.is_file()


def _locate(study: Study) -> Path:
    return study.folder / "mlflow.json"
