"""Loads the file of a Keras network that may be damaged, or meant to do harm."""

from pathlib import Path
from typing import TYPE_CHECKING
from zipfile import BadZipFile, ZipFile

from tuner.errors import UserError, first_sentence, one_line

if TYPE_CHECKING:
    import keras

__all__ = ["load_keras_file"]

_MOST_UNFOLDED = 10  # times the size of the file


def load_keras_file(path: Path) -> "keras.Model":
    """Load a `model.keras` in Keras's safe mode, which runs no code of the file.

    Raises:
        UserError: The file is damaged, or no classifier of named inputs.
    """
    import keras

    _check_archive(path)
    try:
        network = keras.saving.load_model(path, safe_mode=True)
        tensors = [*network.input.values(), network.output]
        _ = [(tensor.dtype, tensor.shape) for tensor in tensors]  # what its callers read of it
    except Exception as error:  # a damaged file fails in many ways
        reason = first_sentence(one_line(error))
        raise UserError(f"{path} cannot be loaded ({reason}); export the model again") from error
    return network


def _check_archive(path: Path) -> None:
    """Check that `model.keras` is an archive which does not unfold to far more than its size.

    Keras packs nothing in it, and reports a damaged file as a missing one.

    Raises:
        UserError: It is not.
    """
    try:
        with ZipFile(path) as archive:
            size = sum(member.file_size for member in archive.infolist())
        packed = path.stat().st_size
    except (OSError, BadZipFile, ValueError, NotImplementedError) as error:
        raise UserError(f"{path} is missing or damaged; export the model again") from error
    if size > _MOST_UNFOLDED * packed:
        sizes = f"from {packed / 1e6:,.1f} MB to {size / 1e6:,.1f} MB"
        raise UserError(f"{path} unfolds {sizes}, which no model does; export the model again")
