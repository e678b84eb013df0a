"""The files beside a study's journal, which are made again if they cannot be read."""

import json
from pathlib import Path
from typing import Any

from tuner.errors import UserError
from tuner.files.checksums import digest, digest_file
from tuner.files.whole_files import read_file
from tuner.serving.file_hashes import check_hashes
from tuner.study import Study

__all__ = ["digest_if_readable", "find_damaged_files", "read_model"]


def find_damaged_files(study: Study) -> list[Path]:
    """Return what is beside a study's journal and arrays but damaged; each is made again."""
    readable = {
        study.model_folder: lambda: read_model(study.model_folder) is not None,
        study.prediction_times_path: lambda: study.read_prediction_times().completed > 0,
        study.baselines_path: lambda: bool(study.arrays.read_baselines()),
    }
    return [path for path, is_readable in readable.items() if path.exists() and not is_readable()]


def read_model(folder: Path) -> dict[str, Any] | None:
    """Return the `model.json` of an export. None if there is none, or any file was changed."""
    try:
        description: dict[str, Any] = json.loads(read_file(folder / "model.json"))
        check_hashes(description, folder)
    except (OSError, ValueError, LookupError, TypeError, AttributeError, RecursionError, UserError):
        return None
    return description


def digest_if_readable(path: Path) -> str | None:
    """Return the SHA-256 of a file, or of the names and contents of a folder's files.

    Returns:
        None if there is none, or it cannot be read.
    """
    try:
        if not path.is_dir():
            return digest_file(path)
        digests = [(file.name, digest_if_readable(file)) for file in sorted(path.iterdir())]
    except OSError:
        return None
    return digest(json.dumps(digests).encode())
