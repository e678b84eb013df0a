"""Names of studies, and the folder of each under `mlruns/studies/`."""

import os
import re
from pathlib import Path

from tuner.errors import StudyError

__all__ = ["check_name", "check_root", "find_free_name", "list_study_names"]

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")


def check_name(name: str, root: Path) -> Path:
    """Return the folder of a study, after checking its name.

    Raises:
        StudyError: The name is not allowed.
    """
    if not _NAME.fullmatch(name):
        last = Path(name).name
        if last in list_study_names(root):
            raise StudyError(f"study name {name!r} is not allowed; give the name alone, {last}")
        raise StudyError(
            f"study name {name!r} is not allowed; use at most 100 letters, digits, '.', '_' and "
            "'-', beginning with a letter or digit"
        )
    return root / "studies" / name


def check_root(root: Path) -> None:
    """Refuse a folder that studies cannot be written to, before anything is computed.

    Raises:
        StudyError: The folder cannot be created or written.
    """
    try:
        root.mkdir(parents=True, exist_ok=True)
        writable = os.access(root, os.W_OK)
        reason = "Permission denied"
    except OSError as error:
        writable, reason = False, str(error.strerror)
    if not writable:
        raise StudyError(
            f"folder {root} cannot be written ({reason}); fix that, or give --root another folder"
        )


def list_study_names(root: Path) -> list[str]:
    """Return the names of the studies under `root`, in alphabetical order."""
    return sorted(path.parent.name for path in (root / "studies").glob("*/study.json"))


def find_free_name(stem: str, root: Path) -> str:
    """Return the first of `stem-1`, `stem-2`, … that no study under `root` has.

    Args:
        stem: The beginning of the name; characters that a name cannot have become `_`.
        root: The folder that holds everything that searches write.
    """
    stem = re.sub(r"[^A-Za-z0-9._-]+", "_", stem).lstrip("._-")[:90] or "study"
    number = 1
    while check_name(f"{stem}-{number}", root).exists():
        number += 1
    return f"{stem}-{number}"
