"""NumPy's `.npz` files, with the rows in `x` and their labels in `y`."""

import tokenize
import zipfile
import zlib
from contextlib import suppress
from functools import partial
from math import prod
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from tuner.data.parsing.plain_numbers import convert_to_texts
from tuner.data.precision import warn_about_lost_columns
from tuner.data.readers.arrays import Arrays, convert_to_float32, give_native_order
from tuner.data.readers.room import require_room
from tuner.data.readers.table import Table, simplify_column
from tuner.errors import DataError

__all__ = ["read_npz"]

# What NumPy and the standard library raise about a single array of an archive.
_UNREADABLE = (
    ValueError,
    EOFError,
    LookupError,
    NotImplementedError,
    RecursionError,
    RuntimeError,
    tokenize.TokenError,
    zipfile.BadZipFile,
    zlib.error,
)
_HEADERS: Any = {  # by version; in the third one, names of fields may have any letters
    1: np.lib.format.read_array_header_1_0,
    2: np.lib.format.read_array_header_2_0,
    3: np.lib.format.read_array_header_2_0,
}
_REMEDY = (
    "subtract a constant from them, or divide them, before; the columns of a table, such as a "
    "Parquet file, are shifted and divided by themselves"
)
_COPY_BYTES = 4  # of a number in float32


def read_npz(path: Path) -> Arrays:
    """Read x and, if it is there, y from an `.npz` file.

    Raises:
        DataError: The file is not an `.npz` file, has no x, is damaged or holds pickled objects; x
            is not finite numbers in at least two dimensions; or y is not one label per row.
    """
    arrays = _read_archive(path)
    x = convert_to_float32(f"data file {path}", arrays["x"])
    y = arrays.get("y")
    if y is None:
        return Arrays(label=f"data file {path}", x=x, y=None)
    if y.ndim != 1 or len(y) != len(x):
        raise DataError(
            f"data file {path}: y has shape {y.shape}, but x has {len(x)} rows; "
            f"give y the shape ({len(x)},)"
        )
    lost = warn_about_lost_columns(f"data file {path}, x", arrays["x"], _REMEDY)
    return Arrays(
        label=f"data file {path}",
        x=x,
        y=pa.chunked_array([_convert_labels(path, y)]),
        warnings=(lost,) if lost else (),
        read_related=partial(_read_related, path, len(x)),
    )


def _read_related(path: Path, rows: int) -> Table:
    """Return the other arrays of one number, text or time for each row, such as groups."""
    columns = {}
    with np.load(path, allow_pickle=False) as archive:
        for name in archive.files:
            with suppress(*_UNREADABLE):  # what no column can be made of is none
                array = archive[name] if name not in {"x", "y"} else np.empty(0)
                array = give_native_order(array)
                if array.shape == (rows,) and array.dtype.kind in "biufUM":
                    columns[name] = simplify_column(pa.chunked_array([pa.array(array)]))
    return Table(
        label=f"data file {path}",
        columns=pa.table(columns),
        locate=lambda row: f"row {row + 1}",
        rows=np.arange(rows),
    )


def _read_archive(path: Path) -> dict[str, np.ndarray]:
    """Return x and, if it is there, y."""
    try:
        with path.open("rb") as file, zipfile.ZipFile(file) as members:
            for name in {"x.npy", "y.npy"}.intersection(members.namelist()):
                _check_size(path, members, name)
            file.seek(0)
            with np.load(file, allow_pickle=False) as archive:
                return _read_members(path, archive)
    except (zipfile.BadZipFile, EOFError, ValueError) as err:
        raise DataError(
            f"data file {path}: it is not an .npz file; write it with numpy.savez"
        ) from err


def _check_size(path: Path, members: zipfile.ZipFile, name: str) -> None:
    """Check that an array has the size that its header says, and that it fits into memory."""
    with suppress(*_UNREADABLE), members.open(name) as member:
        read = _HEADERS[np.lib.format.read_magic(member)[0]]
        shape, _, dtype = read(member)
        count = prod(shape)
        if count * dtype.itemsize > members.getinfo(name).file_size and not dtype.hasobject:
            raise _make_damage_error(path, name.removesuffix(".npy"))
        size = count * (dtype.itemsize + _COPY_BYTES)
        require_room(f"data file {path}", f"{name.removesuffix('.npy')} takes", size)


def _make_damage_error(path: Path, name: str) -> DataError:
    return DataError(f"data file {path}: {name} is damaged or cut short; write the file again")


def _read_members(path: Path, archive: Any) -> dict[str, np.ndarray]:
    names = archive.files
    if "x" not in names:
        members = ", ".join(names) or "nothing"
        raise DataError(f"data file {path}: it has no array x; save x and y (it has {members})")
    return {name: _read_array(path, archive, name) for name in ("x", "y") if name in names}


def _read_array(path: Path, archive: Any, name: str) -> np.ndarray:
    try:
        array = archive[name]
    except _UNREADABLE as err:
        if "allow_pickle" in str(err):
            raise DataError(
                f"data file {path}: {name} holds pickled Python objects, which are not read "
                "because they can run code; save plain arrays of numbers and strings"
            ) from err
        raise _make_damage_error(path, name) from err
    if not isinstance(array, np.ndarray):  # the bytes of a member that is no array
        raise DataError(f"data file {path}: {name} is not an array; write it with numpy.savez")
    native: np.ndarray = give_native_order(array)
    return native


def _convert_labels(path: Path, y: np.ndarray) -> pa.Array:
    if y.dtype.kind == "U":
        return pa.array(y.tolist(), pa.string())
    if y.dtype.kind == "b":
        return pa.array(np.where(y, "true", "false").tolist(), pa.string())
    if y.dtype.kind in "iu" or (y.dtype.kind == "f" and _are_whole(y)):
        return convert_to_texts(pa.chunked_array([pa.array(y)])).combine_chunks()
    content = "numbers that are not whole" if y.dtype.kind == "f" else str(y.dtype)
    raise DataError(f"data file {path}: y holds {content}; give whole numbers or strings")


def _are_whole(y: np.ndarray) -> bool:
    return bool((np.isfinite(y) & (y == np.trunc(y))).all())
