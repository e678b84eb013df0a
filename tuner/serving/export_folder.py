"""Check that a folder may become an exported model."""

import json
import os
from pathlib import Path
from typing import Any

from tuner.errors import UserError, make_write_error
from tuner.files.own_files import EXPORT, find_strangers, has_own_card

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
        description = _read_description(folder)
        own = _is_of_study(folder)
        exported = description is not None or own or not folder.exists() or _is_empty(folder)
        kinds = dict.fromkeys(EXPORT, b"") if own else EXPORT  # there, damaged files are ours too
        strangers = find_strangers(folder, kinds) if exported else []
        if description and has_own_card(folder):
            strangers.append("a README.md that was changed")
        around = _find_around(folder, in_study=not own)
    except OSError as error:
        raise make_write_error(
            f"output folder {folder}", error, "or give --output another folder"
        ) from error
    if around is not None:
        raise UserError(
            f"output folder {folder} is within {around}, where nothing else may lie; give "
            "--output another folder"
        )
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
    _require_writable(folder)


def _require_writable(folder: Path) -> None:
    above = next((path for path in folder.resolve().parents if path.exists()), folder)
    if not above.is_dir() or not os.access(above, os.W_OK | os.X_OK):
        reason = "is not writable" if above.is_dir() else "is not a folder"
        raise UserError(
            f"output folder {folder} cannot be written ({above} {reason}); fix that, or give "
            "--output another folder"
        )


def _is_of_study(folder: Path) -> bool:
    """Return whether a folder is one that a study has for its models."""
    above = folder.absolute().parents[:2]
    named = folder.name.startswith(("model", "trial-"))
    return named and any((path / "study.json").is_file() for path in above)


def _find_around(folder: Path, *, in_study: bool) -> Path | None:
    """Return the exported model or, if asked for, the folder of a study that a folder lies in."""
    for path in folder.resolve().parents:
        if _read_description(path) or (in_study and (path.parent / "study.json").is_file()):
            return path
    return None


def _is_empty(folder: Path) -> bool:
    return folder.is_dir() and not any(folder.iterdir())


def _read_description(folder: Path) -> dict[str, Any] | None:
    """Return the `model.json` of an export. None if the folder is none, or it is damaged."""
    path = folder / "model.json"
    if not path.is_file() or not (folder / "model.keras").is_file():
        return None
    try:
        description = json.loads(path.read_text(encoding="utf-8"))
    except (ValueError, RecursionError):  # no JSON, or no UTF-8
        description = None
    whole = isinstance(description, dict) and description.keys() >= _ENTRIES
    return description if whole else None
