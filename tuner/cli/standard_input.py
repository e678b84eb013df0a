"""Rows on standard input: kept in a temporary file, since a table is read more than once."""

import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from tuner.errors import DataError, UserError, make_write_error

__all__ = ["STANDARD_INPUT", "keep_standard_input"]

STANDARD_INPUT = "-"
"""What stands for standard input in place of a file."""

_PARQUET = b"PAR1"


@contextmanager
def keep_standard_input() -> Iterator[str]:
    """Yield the path of a file with all that standard input has, until the context ends.

    It is Parquet if it begins so, else CSV, gzipped or not. Errors about it name standard input.

    Raises:
        UserError: Standard input is closed, or there is no room for what it has.
    """
    if sys.stdin is None:
        raise UserError("standard input is closed; give --data a file")
    with tempfile.TemporaryDirectory() as folder:
        path = _copy(sys.stdin.buffer, Path(folder))
        try:
            yield str(path)
        except DataError as error:
            fault = str(error).replace(f"data file {path}", "standard input")
            raise DataError(fault) from error


def _copy(stream: BinaryIO, folder: Path) -> Path:
    path = folder / "rows"
    try:
        with path.open("wb") as file:
            shutil.copyfileobj(stream, file, 1 << 20)
    except OSError as error:
        raise make_write_error(
            f"standard input is kept in {folder}, which", error, "or give --data a file"
        ) from error
    with path.open("rb") as file:
        is_parquet = file.read(len(_PARQUET)) == _PARQUET
    return path.rename(path.with_suffix(".parquet" if is_parquet else ".csv"))
