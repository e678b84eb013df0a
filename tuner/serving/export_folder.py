"""Check that a folder may become an exported model."""

import json
import os
from pathlib import Path

from tuner.errors import UserError, make_write_error
from tuner.own_files import EXPORT, find_strangers

__all__ = ["check_export_folder"]

_ENTRIES = {"schema", "classes", "inputs", "fingerprint"}  # of every `model.json`


def check_export_folder(folder: Path) -> None:
    """Refuse a folder that cannot become an export, before anything is trained for it.

    Args:
        folder: It may be absent, empty, or an earlier export, which will be replaced.

    Raises:
        UserError: The folder has other files, at any level, or it cannot be written.
    """
    try:
        exported = not folder.exists() or (folder.is_dir() and _is_export(folder))
        strangers = find_strangers(folder, EXPORT) if exported else []
        above = next((path for path in folder.resolve().parents if path.exists()), folder)
    except OSError as error:
        raise make_write_error(
            f"output folder {folder}", error, "or give --output another folder"
        ) from error
    if not exported:
        raise UserError(
            f"output folder {folder} exists and is not an exported model; give --output another "
            "folder"
        )
    if strangers:
        raise UserError(
            f"output folder {folder} holds {', '.join(strangers)} beside an exported model, and "
            "replacing the model would delete that; move it, or give --output another folder"
        )
    if not above.is_dir() or not os.access(above, os.W_OK | os.X_OK):
        reason = "is not writable" if above.is_dir() else "is not a folder"
        raise UserError(
            f"output folder {folder} cannot be written ({above} {reason}); fix that, or give "
            "--output another folder"
        )


def _is_export(folder: Path) -> bool:
    """Return whether a folder is empty or an export; in a study's folder a damaged one counts."""
    if not any(folder.iterdir()):
        return True
    if not (folder / "model.json").is_file() or not (folder / "model.keras").is_file():
        return False
    if any((above / "study.json").is_file() for above in folder.absolute().parents[:2]):
        return True
    try:
        description = json.loads((folder / "model.json").read_text(encoding="utf-8"))
    except (ValueError, RecursionError):  # no JSON, or no UTF-8
        return False
    return isinstance(description, dict) and description.keys() >= _ENTRIES
