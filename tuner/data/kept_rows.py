"""Rows that a Python program gives, kept in a file: from then on they are read as any file."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from tuner.data.in_memory.cells import read_as_texts
from tuner.data.in_memory.conversion import convert_rows, name_column
from tuner.data.in_memory.row_indexes import check_indexes
from tuner.data.in_memory.row_values import convert_row_values
from tuner.data.precision import has_lost_columns
from tuner.data.readers.arrays import ARRAY, convert_to_float32
from tuner.data.readers.sources import is_kept
from tuner.data.readers.table import FRAME
from tuner.errors import DataError, make_write_error
from tuner.files.whole_files import write_once

__all__ = ["KeptRows", "find_kept", "keep_rows", "read_label_type"]

_FOLDER = "data"  # below the root
_LABELS = "y"  # the name of labels that have none
_LABEL_TYPE = "label_type"  # of labels that an array of texts keeps: `number`, `bool` or `unknown`


@dataclass(frozen=True, slots=True)
class KeptRows:
    """The file that keeps given rows, and what a search needs to know to read it as they were.

    Attributes:
        source: The file: `root/data/SHA-256.parquet`, or `.npz` for an array.
        name: A short name for the data: "frame" or "array".
        target: The name of the labels.
        groups: The name of the groups; None if there are none.
        order: The name of the order; None if there is none.
        categorical: The columns of categories, whatever their texts look like.
        classes: The labels in the order of their categories, if these are ordered; else empty.
    """

    source: str
    name: str
    target: str
    groups: str | None = None
    order: str | None = None
    categorical: tuple[str, ...] = ()
    classes: tuple[str, ...] = ()


def keep_rows(
    x: Any,
    y: Any = None,
    *,
    root: Path,
    groups: Any = None,
    order: Any = None,
    ignore: Collection[str] = (),
) -> KeptRows:
    """Keep rows in a file under `root`, unless it is there already.

    A frame becomes a Parquet file, an array of numbers an `.npz` file. The index of a frame is not
    data: rows, labels, groups and order belong together by their places.

    Args:
        x: The rows, as `convert_rows` takes them.
        y: The labels, one for each row, or the name of their column; by default the last column.
        root: The folder that holds all that searches write.
        groups: The group of each row, or the name of the column; None for no groups.
        order: The value of each row that orders the rows, or the name of the column; None for none.
        ignore: The columns to leave out: their cells may be of any type, and are not kept.

    Raises:
        DataError: The rows or labels cannot be kept; the message names the column.
    """
    rows = convert_rows(x, is_read=lambda name: name not in ignore)
    check_indexes(f"{FRAME}, ", x, y=y, groups=groups, order=order)
    relations = {"groups": groups, "order": order}
    if isinstance(rows, np.ndarray):
        return _keep_array(rows, y, relations, root)
    return _keep_table(rows, y, relations, root)


def find_kept(source: str, root: Path) -> str:
    """Return where a source is now, if it is kept rows whose root was moved or renamed."""
    moved = root / _FOLDER / Path(source).name
    return str(moved) if is_kept(source) and moved.exists() else source


def read_label_type(source: str, target: str) -> type | None:
    """Return the type of the labels in a file which keeps it: `str`, `int`, `float` or `bool`.

    Args:
        source: A file, whether it keeps given rows or not.
        target: The name of the labels.

    Returns:
        None if the file has no such labels, is not there any more, or keeps no types.
    """
    path = Path(source)
    if not path.is_file() or path.suffix not in (".parquet", ".npz"):
        return None
    if path.suffix == ".npz":
        with np.load(path) as arrays:
            kind = arrays[target].dtype.kind if target in arrays else ""
            if kind == "U" and _LABEL_TYPE in arrays:  # another's file may have rows of this name
                kind = {"number": "f", "bool": "b", "unknown": ""}.get(
                    str(arrays[_LABEL_TYPE]), kind
                )
        return {"U": str, "i": int, "u": int, "f": float, "b": bool}.get(kind)
    schema = pq.read_schema(path)
    if target not in schema.names:
        return None
    kept = schema.field(target).type
    types = {
        str: _is_text(kept),
        int: pa.types.is_integer(kept),
        float: pa.types.is_floating(kept),
        bool: pa.types.is_boolean(kept),
    }
    return next((kind for kind, is_kind in types.items() if is_kind), None)


def _is_text(kept: Any) -> bool:
    return bool(pa.types.is_string(kept) or pa.types.is_large_string(kept))


def _keep_table(rows: pa.Table, y: Any, relations: dict[str, Any], root: Path) -> KeptRows:
    columns = dict(zip(rows.column_names, rows.columns, strict=True))
    target = rows.column_names[-1] if y is None else _add_column(columns, _LABELS, y)
    names = {
        role: None if values is None else _add_column(columns, role, values)
        for role, values in relations.items()
    }
    table = pa.table(columns)
    source = _write(root, ".parquet", lambda file: pq.write_table(table, file))
    return KeptRows(
        source=source,
        name="frame",
        target=target,
        groups=names["groups"],
        order=names["order"],
        categorical=tuple(
            name
            for name, column in columns.items()
            if pa.types.is_dictionary(column.type) and name not in {target, *names.values()}
        ),
        classes=_list_ordered_levels(columns.get(target)),
    )


def _add_column(columns: dict[str, Any], role: str, values: Any) -> str:
    """Return the name of the column of labels, groups or order, which is added if it is none.

    A column of the same name that says the same of each row, in whatever words, is replaced: labels
    that stayed in the frame would be learned from.
    """
    is_tuple = isinstance(values, tuple)  # a name of several levels, unless it holds labels
    if _is_name(values) or (is_tuple and name_column(values) in columns):
        return name_column(values)
    name = getattr(values, "name", None)
    name = role if name is None else name_column(name)
    cells = convert_row_values(f"{FRAME}, {role}", values, len(next(iter(columns.values()))))
    while name in columns and not _match_one_to_one(cells, columns[name]):
        name = f"{name}_{role}"
    columns[name] = cells
    return name


def _match_one_to_one(first: Any, second: Any) -> bool:
    """Return whether the values of two columns follow from each other."""
    if pa.types.is_nested(first.type) or pa.types.is_nested(second.type):
        return False
    pairs = pa.table({"first": first, "second": second}).group_by(["first", "second"]).aggregate([])
    counts = [len(column.unique()) for column in (first, second)]
    return counts == [len(pairs)] * 2


def _keep_array(x: np.ndarray, y: Any, relations: dict[str, Any], root: Path) -> KeptRows:
    if y is None or _is_name(y):
        raise DataError(f"{ARRAY}: an array has no columns; give the labels as y, one for each row")
    wide = x.dtype.kind == "f" or x.dtype.itemsize > 2
    single = convert_to_float32(ARRAY, x) if wide else x
    arrays = {"x": x if has_lost_columns(x) else single}  # its reader tells what float32 loses
    labels = convert_row_values(f"{ARRAY}, y", y, len(x))
    arrays["y"] = _write_labels(f"{ARRAY}, y", labels)
    if arrays["y"].dtype.kind == "U" and not _is_text(labels.type):
        arrays[_LABEL_TYPE] = np.array(_name_type(labels.type))
    for role, values in relations.items():
        if values is not None:
            arrays[role] = _keep_relation(role, values, len(x))
    source = _write(root, ".npz", lambda file: np.savez(file, allow_pickle=False, **arrays))
    return KeptRows(
        source,
        "array",
        target=_LABELS,
        groups="groups" if "groups" in arrays else None,
        order="order" if "order" in arrays else None,
        classes=_list_ordered_levels(labels),
    )


def _name_type(kind: Any) -> str:
    """Return what an array says of labels that it keeps as texts, such as those with gaps."""
    if pa.types.is_boolean(kind):
        return "bool"
    return "number" if pa.types.is_integer(kind) or pa.types.is_floating(kind) else "unknown"


def _keep_relation(role: str, values: Any, rows: int) -> np.ndarray:
    """Return groups or order as an array that needs no pickle, shape `(rows,)`."""
    place = f"{ARRAY}, {role}"
    if _is_name(values):
        raise DataError(f"{place}: an array has no columns; give one value for each row")
    cells = convert_row_values(place, values, rows)
    is_moment = pa.types.is_timestamp(cells.type) and cells.type.tz is None
    if is_moment or (pa.types.is_floating(cells.type) and not cells.null_count):
        return cells.to_numpy()
    return _write_labels(place, cells)


def _write_labels(place: str, labels: Any) -> np.ndarray:
    """Return converted labels as an array that needs no pickle, shape `(rows,)`."""
    if not labels.null_count and (pa.types.is_integer(labels.type) or _are_whole(labels)):
        return labels.to_numpy()
    if pa.types.is_boolean(labels.type) and not labels.null_count:
        return labels.to_numpy().astype(np.bool_)
    texts = read_as_texts(place, labels)
    return np.array(texts.to_pylist(), dtype=np.str_)


def _are_whole(labels: Any) -> bool:
    """Return whether labels are whole numbers that are kept as fractions."""
    if not pa.types.is_floating(labels.type):
        return False
    numbers = labels.to_numpy()
    return bool((np.isfinite(numbers) & (numbers == np.trunc(numbers))).all())


def _list_ordered_levels(column: Any) -> tuple[str, ...]:
    """Return the used levels of ordered categories, in their order; none of anything else."""
    if column is None or not pa.types.is_dictionary(column.type) or not column.type.ordered:
        return ()
    used = set(column.unique().to_pylist())
    return tuple(level.strip() for level in column.chunk(0).dictionary.to_pylist() if level in used)


def _is_name(values: Any) -> bool:
    return isinstance(values, str | int | np.integer)


def _write(root: Path, ending: str, write: Callable[[BinaryIO], object]) -> str:
    folder = root / _FOLDER
    try:
        return str(write_once(folder, ending, write))
    except OSError as error:
        raise make_write_error(
            f"folder {folder}", error, "or give another root", DataError
        ) from error
