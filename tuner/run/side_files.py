"""The files beside a study's journal, which are made again if they cannot be read."""

import hashlib
import json
from pathlib import Path

from tuner.study import Study

__all__ = ["compute_digest", "find_unreadable_files"]


def find_unreadable_files(study: Study) -> list[Path]:
    """Return the files of a study that are there but damaged; each is made again."""
    model, times = study.model_folder / "model.json", study.folder / "prediction.json"
    baselines = study.folder / "baselines.npz"
    readable = {
        model: lambda: _is_json(model),
        times: lambda: study.read_prediction_times().completed > 0,
        baselines: lambda: bool(study.arrays.read_baselines()),
    }
    return [path for path, is_readable in readable.items() if path.exists() and not is_readable()]


def compute_digest(path: Path) -> str | None:
    """Return a digest of a file's content. None if there is no such file."""
    if not path.is_file():
        return None
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _is_json(path: Path) -> bool:
    try:
        return isinstance(json.loads(path.read_text(encoding="utf-8")), dict)
    except (OSError, ValueError, RecursionError):  # unreadable, no JSON, or no UTF-8
        return False
