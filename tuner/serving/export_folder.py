"""Where an export may be written, and how it takes the place of an earlier one."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tuner.errors import UserError
from tuner.serving.error_texts import make_write_error

__all__ = ["check_export_folder", "replace_folder"]

_NEEDED = {"model.json", "model.keras"}
_WRITTEN = {*_NEEDED, "saved_model", "mlflow_model", "README.md"}


def check_export_folder(folder: Path) -> None:
    """Refuse a folder that a model cannot be exported to, before anything is trained for it.

    Args:
        folder: Absent, empty, or an earlier export, which will be replaced.

    Raises:
        UserError: It holds something else, or it cannot be written.
    """
    try:
        present = _present(folder)
        above = next((path for path in folder.resolve().parents if path.exists()), folder)
    except OSError as error:
        raise make_write_error(f"output folder {folder}", error) from error
    if present is None or (present and not present >= _NEEDED):
        raise UserError(
            f"output folder {folder} exists and is not an exported model; give --output another "
            "folder"
        )
    if present - _WRITTEN:
        raise UserError(
            f"output folder {folder} holds {', '.join(sorted(present - _WRITTEN))} beside an "
            "exported model, which replacing it would delete; move that away, or give --output "
            "another folder"
        )
    if not above.is_dir() or not os.access(above, os.W_OK | os.X_OK):
        fault = "may not be written to" if above.is_dir() else "is not a folder"
        raise UserError(
            f"output folder {folder} cannot be written ({above} {fault}); mend that, or give "
            "--output another folder"
        )


def _present(folder: Path) -> set[str] | None:
    """Return the names in a folder, none where there is none yet; None for a file."""
    if not folder.exists():
        return set()
    return {path.name for path in folder.iterdir()} if folder.is_dir() else None


@contextmanager
def replace_folder(folder: Path) -> Iterator[Path]:
    """Give an empty folder to fill, which becomes `folder` if the block ends without an error.

    An earlier `folder` is moved aside first, and back if its successor cannot take its place.
    Nothing else is left behind.

    Raises:
        OSError: A folder cannot be made or moved.
    """
    place = folder.resolve()
    place.parent.mkdir(parents=True, exist_ok=True)
    scratch = Path(tempfile.mkdtemp(dir=place.parent, prefix=".tuner-export-"))
    new, old = scratch / "new", scratch / "old"
    try:
        new.mkdir()  # open to whom the umask allows; `scratch` itself is its owner's alone
        yield new
        _swap(new, place, old)
    finally:
        if place.exists() or not old.exists():  # else the earlier model is here and nowhere else
            shutil.rmtree(scratch, ignore_errors=True)


def _swap(new: Path, place: Path, old: Path) -> None:
    try:
        if place.exists():
            place.rename(old)
        new.rename(place)
    finally:
        if old.exists() and not place.exists():
            old.rename(place)
