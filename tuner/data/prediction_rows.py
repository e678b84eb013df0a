"""Rows to predict, read as an exported model takes them."""

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pyarrow as pa

from tuner.data.columns.column import RawColumns
from tuner.data.columns.known_columns import read_known_columns
from tuner.data.given.conversion import convert_rows
from tuner.data.readers.arrays import ARRAY, Arrays, convert_to_float32
from tuner.data.readers.image_folders import ImageFolder
from tuner.data.readers.missing_cells import mark_missing
from tuner.data.readers.sources import stream_source
from tuner.data.readers.table import FRAME, Table, locate_given_row, simplify_column
from tuner.data.schema import Schema
from tuner.errors import DataError

__all__ = ["convert_raw", "stream_raw"]


def stream_raw(
    path: str, schema: Schema, *, warn: Callable[[str], None] | None = None
) -> Iterator[RawColumns]:
    """Yield the raw rows of a source, some megabytes at a time.

    Args:
        path: Any source that `load_dataset` reads. The target may be absent, images need no
            sub-folders, and columns that the schema does not use are ignored.
        schema: The schema of the model's training data.
        warn: Receives each warning about how the source is read, once.

    Raises:
        DataError: The source cannot be read, or its rows do not fit the schema; raised when the
            faulty part is read.
    """
    warned: set[str] = set()
    for content in stream_source(path):
        if isinstance(content, ImageFolder):
            yield from _read_images(content, schema)
            continue
        for warning in content.warnings:
            if warn is not None and warning not in warned:
                warn(warning)
            warned.add(warning)
        yield _read_rows(content, schema)


def convert_raw(rows: Any, schema: Schema) -> RawColumns:
    """Return rows that a Python program gives as an exported model takes them.

    Args:
        rows: Rows as `tuner.data.keep_rows` takes them. The target may be absent, and columns that
            the schema does not use are ignored.
        schema: The schema of the model's training data.

    Raises:
        DataError: The rows do not fit the schema.
    """
    shape = schema.array_shape
    used = {column.name for column in schema.used}
    content = convert_rows(rows, as_table=shape is None, is_read=used.__contains__)
    if isinstance(content, np.ndarray):
        return _read_rows(Arrays(ARRAY, convert_to_float32(ARRAY, content), y=None), schema)
    if shape is not None:
        raise DataError(
            f"{FRAME}: it is a table, but the model reads arrays of shape {shape}; give an array"
        )
    columns = {name: simplify_column(content[name]) for name in content.column_names}
    numbers = np.arange(content.num_rows)
    return _read_rows(Table(FRAME, pa.table(columns), locate_given_row, numbers), schema)


def _read_rows(content: Table | Arrays, schema: Schema) -> RawColumns:
    if isinstance(content, Table):
        if schema.array_shape is None:
            spelled = [column.name for column in schema.used if not column.is_plain]
            table = mark_missing(content, schema.missing_texts, exact=spelled)
            return read_known_columns(table, schema.used)
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


def _read_images(folder: ImageFolder, schema: Schema) -> Iterator[RawColumns]:
    if schema.array_shape is None:
        raise _make_kind_error(folder.label, "a folder of images")
    if schema.image is None:
        raise DataError(
            f"{folder.label}: it is a folder of images, but the model reads arrays of shape "
            f"{schema.array_shape}; give an .npz file"
        )
    for x in folder.read_pixels(schema.image):
        yield {"x": x.reshape(-1, *schema.array_shape)}


def _make_kind_error(label: str, kind: str) -> DataError:
    return DataError(
        f"{label}: it is {kind}, but the model reads the columns of a table; give a table"
    )
