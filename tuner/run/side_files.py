"""The files beside a study's journal, which are made again if they cannot be read."""

import hashlib
import json
from pathlib import Path

from tuner.seal import read_sealed
from tuner.study import Study

__all__ = ["compute_digest", "compute_folder_digest", "find_unreadable_files"]


def find_unreadable_files(study: Study) -> list[Path]:
    """Return the files of a study that are there but damaged; each is made again."""
    model, times = study.model_folder / "model.json", study.folder / "prediction.json"
    baselines = study.folder / "baselines.npz"
    readable = {
        model: lambda: _is_whole(model),
        times: lambda: study.read_prediction_times().completed > 0,
        baselines: lambda: bool(study.arrays.read_baselines()),
    }
    return [path for path, is_readable in readable.items() if path.exists() and not is_readable()]


def compute_digest(path: Path) -> str | None:
    """Return a digest of a file's content. None if there is no such file, or it is unreadable."""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:
        return None


def compute_folder_digest(folder: Path) -> str | None:
    """Return a digest of the names and contents of a folder's files. None if there is none."""
    try:
        digests = [(path.name, compute_digest(path)) for path in sorted(folder.iterdir())]
    except OSError:
        return None
    return hashlib.sha256(json.dumps(digests).encode()).hexdigest()


def _is_whole(path: Path) -> bool:
    try:
        return isinstance(read_sealed(path.read_text(encoding="utf-8")), dict)
    except (OSError, ValueError, RecursionError):  # unreadable, no JSON, or no UTF-8
        return False
