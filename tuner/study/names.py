"""Names of studies, and the folder of each under `mlruns/studies/`."""

import os
import re
from pathlib import Path

from tuner.errors import StudyError
from tuner.files.whole_files import make_folder

__all__ = [
    "check_name",
    "check_root",
    "find_free_name",
    "is_study",
    "list_study_names",
    "require_study",
]

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
        make_folder(root)
        writable = os.access(root, os.W_OK)
        reason = "Permission denied"
    except OSError as error:
        writable, reason = False, str(error.strerror)
    if not writable:
        raise StudyError(
            f"folder {root} cannot be written ({reason}); fix that, or give --root another folder"
        )


def list_study_names(root: Path) -> list[str]:
    """Return the names of the studies under `root`, in alphabetical order.

    Raises:
        StudyError: The folder cannot be read.
    """
    folder = root / "studies"
    try:
        names = sorted(os.listdir(folder))
    except FileNotFoundError:
        return []
    except OSError as error:
        raise StudyError(
            f"folder {folder} cannot be read ({error.strerror}); fix that, or give --root another "
            "folder"
        ) from error
    return [name for name in names if is_study(folder / name)]


def is_study(folder: Path) -> bool:
    """Return whether a folder is a study; one that cannot be read counts as one."""
    try:
        (folder / "study.json").stat()
    except (FileNotFoundError, NotADirectoryError):
        return False
    except OSError:
        return True
    return True


def require_study(name: str, folder: Path) -> None:
    """Check that the folder of an open study is there: a lost one seems to have no trials.

    Raises:
        StudyError: It was deleted or moved.
    """
    if not is_study(folder):
        raise StudyError(
            f"study {name} is not in {folder.parents[1]} any more; open it where it is now"
        )


def find_free_name(stem: str, root: Path) -> str:
    """Return the first of `stem-1`, `stem-2`, … that no study under `root` has.

    Args:
        stem: The beginning of the name; characters that a name cannot have become `_`.
        root: The folder that holds everything that searches write.
    """
    stem = re.sub(r"[^A-Za-z0-9._-]+", "_", stem).lstrip("._-")[:90] or "study"
    number = 1
    while os.path.lexists(check_name(f"{stem}-{number}", root)):
        number += 1
    return f"{stem}-{number}"
