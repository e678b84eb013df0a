"""Rows to predict, read as an exported model takes them."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa

from tuner.data.columns.bad_cells import BadCells
from tuner.data.columns.column import RawColumns
from tuner.data.columns.known_columns import read_known_columns
from tuner.data.in_memory.conversion import convert_rows
from tuner.data.readers.arrays import ARRAY, Arrays, convert_to_float32
from tuner.data.readers.image_folders import ImageFolder
from tuner.data.readers.missing_cells import clear_invisible, mark_missing
from tuner.data.readers.sources import stream_source
from tuner.data.readers.table import FRAME, Table, locate_given_row, simplify_column
from tuner.data.schema import Schema
from tuner.errors import DataError

__all__ = ["RawPart", "convert_raw", "stream_raw"]


@dataclass(frozen=True, slots=True, eq=False)
class RawPart:
    """Rows to predict.

    Attributes:
        raw: What an exported model takes of them.
        kept: The columns that go into the output as they are in the source; None if none do.
    """

    raw: RawColumns
    kept: pa.Table | None = None


def stream_raw(
    path: str,
    schema: Schema,
    *,
    warn: Callable[[str], None] | None = None,
    bad_cells: BadCells | None = None,
    keep: Sequence[str] = (),
) -> Iterator[RawPart]:
    """Yield the raw rows of a source, some megabytes at a time.

    Args:
        path: Any source that `load_dataset` reads. The target may be absent, images need no
            sub-folders, and columns that the schema does not use are ignored.
        schema: The schema of the model's training data.
        warn: Receives each warning about how the source is read, once.
        bad_cells: What becomes of bad cells. None to refuse them.
        keep: Columns of a table to yield as they are, which the schema need not know.

    Raises:
        DataError: The source cannot be read, its rows do not fit the schema, or it lacks a column
            to keep; raised when the faulty part is read.
    """
    warned: set[str] = set()
    cells = bad_cells or BadCells()
    for content in stream_source(path):
        if keep and not isinstance(content, Table):
            raise DataError(f"{content.label}: it has no columns to keep; leave out --keep")
        if isinstance(content, ImageFolder):
            yield from _read_images(content, schema)
            continue
        for warning in content.warnings:
            if warn is not None and warning not in warned:
                warn(warning)
            warned.add(warning)
        kept = content.keep_columns(keep) if keep and isinstance(content, Table) else None
        yield RawPart(_read_rows(content, schema, cells), kept)


def convert_raw(rows: Any, schema: Schema, bad_cells: BadCells | None = None) -> RawColumns:
    """Return rows that a Python program gives as an exported model takes them.

    Args:
        rows: Rows as `tuner.data.keep_rows` takes them. The target may be absent, and columns that
            the schema does not use are ignored.
        schema: The schema of the model's training data.
        bad_cells: What becomes of bad cells. None to refuse them.

    Raises:
        DataError: The rows do not fit the schema.
    """
    cells = bad_cells or BadCells(is_choice=False)
    shape = schema.array_shape
    used = {name for column in schema.used for name in (column.name, column.name.strip())}
    content = convert_rows(
        rows, as_table=shape is None, is_read=lambda name: name in used or name.strip() in used
    )
    if isinstance(content, np.ndarray):
        return _read_rows(Arrays(ARRAY, convert_to_float32(ARRAY, content), y=None), schema, cells)
    if shape is not None:
        raise DataError(
            f"{FRAME}: it is a table, but the model reads arrays of shape {shape}; give an array"
        )
    columns = {name: simplify_column(content[name]) for name in content.column_names}
    numbers = np.arange(content.num_rows)
    return _read_rows(Table(FRAME, pa.table(columns), locate_given_row, numbers), schema, cells)


def _read_rows(content: Table | Arrays, schema: Schema, bad_cells: BadCells) -> RawColumns:
    if isinstance(content, Table):
        if schema.array_shape is None:
            spelled = [column.name for column in schema.used if not column.is_plain]
            named = content.spell_names([column.name for column in schema.used])
            table = clear_invisible(named)
            table = mark_missing(table, schema.missing_texts, exact=spelled)
            return read_known_columns(table, schema.used, bad_cells)
        also = "" if schema.image is None else " or a folder of images"
        raise DataError(
            f"{content.label}: it is a table, but the model reads arrays of shape "
            f"{schema.array_shape}; give an .npz file{also}"
        )
    if schema.array_shape is None:
        raise _make_kind_error(content.label, "an array")
    if content.x.shape[1:] != schema.array_shape:
        raise DataError(
            f"{content.label}: a row of x has shape {content.x.shape[1:]}, but the model reads "
            f"{schema.array_shape}; reshape x"
        )
    return {"x": content.x}


def _read_images(folder: ImageFolder, schema: Schema) -> Iterator[RawPart]:
    if schema.array_shape is None:
        raise _make_kind_error(folder.label, "a folder of images")
    if schema.image is None:
        raise DataError(
            f"{folder.label}: it is a folder of images, but the model reads arrays of shape "
            f"{schema.array_shape}; give an .npz file"
        )
    for x in folder.read_pixels(schema.image, fractions=schema.fractions):
        yield RawPart({"x": x.reshape(-1, *schema.array_shape)})


def _make_kind_error(label: str, kind: str) -> DataError:
    return DataError(
        f"{label}: it is {kind}, but the model reads the columns of a table; give a table"
    )
