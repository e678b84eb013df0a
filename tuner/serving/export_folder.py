"""Check that a folder may become an exported model."""

import os
from pathlib import Path

from tuner.errors import UserError, make_write_error

__all__ = ["check_export_folder"]

_REQUIRED = {"model.json", "model.keras"}
_WRITTEN = {*_REQUIRED, "saved_model", "mlflow_model", "README.md"}


def check_export_folder(folder: Path) -> None:
    """Refuse a folder that cannot become an export, before anything is trained for it.

    Args:
        folder: It may be absent, empty, or an earlier export, which will be replaced.

    Raises:
        UserError: The folder has other files, or it cannot be written.
    """
    try:
        names = _list_names(folder)
        above = next((path for path in folder.resolve().parents if path.exists()), folder)
    except OSError as error:
        raise make_write_error(
            f"output folder {folder}", error, "or give --output another folder"
        ) from error
    if names is None or (names and not names >= _REQUIRED):
        raise UserError(
            f"output folder {folder} exists and is not an exported model; give --output another "
            "folder"
        )
    if others := sorted(names - _WRITTEN):
        raise UserError(
            f"output folder {folder} holds {', '.join(others)} beside an exported model, and "
            "replacing the model would delete that; move it, or give --output another folder"
        )
    if not above.is_dir() or not os.access(above, os.W_OK | os.X_OK):
        reason = "is not writable" if above.is_dir() else "is not a folder"
        raise UserError(
            f"output folder {folder} cannot be written ({above} {reason}); fix that, or give "
            "--output another folder"
        )


def _list_names(folder: Path) -> set[str] | None:
    """Return the names in a folder, empty if it does not exist; None if it is a file."""
    if not folder.exists():
        return set()
    return {path.name for path in folder.iterdir()} if folder.is_dir() else None
