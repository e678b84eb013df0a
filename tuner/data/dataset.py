"""A data set, read and encoded, ready to be split and learned from."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import pyarrow as pa

from tuner.data.columns.column import READING, RawColumns
from tuner.data.columns.column_options import ColumnOptions, check_fixed_target, check_options
from tuner.data.columns.inference import InferredColumns, infer_columns
from tuner.data.columns.rare_classes import RareClasses
from tuner.data.columns.row_relations import Relations
from tuner.data.columns.target import Target
from tuner.data.columns.used_rows import ClassOptions, read_used_rows
from tuner.data.readers.arrays import Arrays
from tuner.data.readers.bundled import BUNDLED, BUNDLED_TARGET
from tuner.data.readers.image_folders import ImageFolder
from tuner.data.readers.missing_cells import clear_invisible, mark_missing, spell_missing
from tuner.data.readers.missing_moments import spell_moments
from tuner.data.readers.sources import read_source, shorten_source
from tuner.data.readers.table import Table
from tuner.data.schema import Schema
from tuner.errors import DataError

__all__ = ["Dataset", "load_dataset"]


@dataclass(frozen=True, slots=True, eq=False)
class Dataset:
    """Rows and their classes, before any scaling.

    Attributes:
        name: A bundled name, or a file's name without its folder and ending.
        source: The source as the user gave it.
        schema: The columns, the target and the classes.
        x: The features, shape `(rows, features)`, float32, NaN if a number is missing.
        y: The index in `classes` of each row's class, shape `(rows,)`, int64.
        raw: The rows as an exported model takes them.
        warnings: Warnings about what was left out or may mean something else.
        fingerprint: SHA-256 over x, y, the schema, the groups and the order, in hexadecimal.
        groups: The group of each row, shape `(rows,)`, int64; None if each row is independent.
        order: The rank of each row, shape `(rows,)`, int64; None if the rows have no order.
        left_out_classes: The rows of each class that is left out, because it has too few.
        pooled_classes: The rows of each class that is one with others in the last of `classes`.
    """

    name: str
    source: str
    schema: Schema
    x: np.ndarray
    y: np.ndarray
    raw: RawColumns
    warnings: tuple[str, ...]
    fingerprint: str
    groups: np.ndarray | None = None
    order: np.ndarray | None = None
    left_out_classes: Mapping[str, int] = field(default_factory=dict)
    pooled_classes: Mapping[str, int] = field(default_factory=dict)

    @property
    def classes(self) -> tuple[str, ...]:
        """The labels, in the order of the network's outputs."""
        return self.schema.classes


# Over 40 lines: most of them describe the arguments.
def load_dataset(  # noqa: PLR0913  (one argument per option)
    source: str,
    *,
    target: str | None = None,
    categorical: Sequence[str] = (),
    ignore: Sequence[str] = (),
    groups: str | None = None,
    order: str | None = None,
    missing: Sequence[str] = (),
    classes: Sequence[str] = (),
    rare_classes: RareClasses | None = None,
    reading: int = READING,
) -> Dataset:
    """Read a data set, infer its schema and encode it.

    Args:
        source: One of `BUNDLED`, a `.csv`, `.tsv`, `.csv.gz`, `.tsv.gz`, `.parquet` or `.npz`
            file, or a folder of images with one sub-folder per class.
        target: The column of labels. Defaults to the last column.
        categorical: Columns whose texts are levels even if they are numbers.
        ignore: Columns to leave out.
        groups: The column that says which rows belong together; it is not learned from.
        order: The column of numbers, dates or times by which rows are ordered. It is not learned
            from either, because all later rows have values beyond those of the training rows.
        missing: Texts that mean a missing value in any column of a table, and in the target. A
            number also means its other spellings in columns of plain numbers.
        classes: Labels in the order of the network's outputs; others follow. By default they are in
            numeric or alphabetical order.
        rare_classes: What to do about classes that have too few rows. None to keep them.
        reading: The rules by which cells are read: `READING`, or an earlier number for a study of
            an earlier version.

    Raises:
        DataError: The source cannot be read or learned from; the message says how to fix it.

    >>> load_dataset("iris").classes
    ('setosa', 'versicolor', 'virginica')
    """
    separate = {"--groups": [groups] if groups else [], "--order": [order] if order else []}
    options = {"--categorical": categorical, "--ignore": ignore, **separate}
    class_options = ClassOptions(classes, rare_classes, merge_forms=reading > 1)
    unencoded = _read(source, target, options, missing, class_options, reading)
    # the table that was read is gone by now, so that it and the features are not both in memory
    pa.default_memory_pool().release_unused()
    return _encode(source, unencoded)


@dataclass(frozen=True, slots=True, eq=False)
class _UnencodedDataset:
    """A data set before it is encoded.

    Attributes:
        target: The class of each row.
        relations: The groups and the order of the rows.
        columns: The inferred columns of a table; None for an array data set.

    The other fields are those of `Dataset`.
    """

    schema: Schema
    target: Target
    raw: RawColumns
    warnings: tuple[str, ...]
    relations: Relations
    columns: InferredColumns | None = None

    def encode(self) -> np.ndarray:
        """Return the features, shape `(rows, features)`, float32."""
        return self.schema.encode(self.raw) if self.columns is None else self.columns.encode()


def _encode(source: str, unencoded: _UnencodedDataset) -> Dataset:
    x, y, relations = unencoded.encode(), unencoded.target.y, unencoded.relations
    return Dataset(
        name=shorten_source(source),
        source=source,
        schema=unencoded.schema,
        x=x,
        y=y,
        raw=unencoded.raw,
        warnings=unencoded.warnings,
        fingerprint=_make_fingerprint(unencoded.schema, x, y, relations.groups, relations.order),
        groups=relations.groups,
        order=relations.order,
        left_out_classes=unencoded.target.left_out,
        pooled_classes=unencoded.target.pooled,
    )


def _read(
    source: str,
    target: str | None,
    options: ColumnOptions,
    missing: Sequence[str],
    classes: ClassOptions,
    reading: int,
) -> _UnencodedDataset:
    content = read_source(source, nearest=reading > 4)
    if isinstance(content, ImageFolder):
        content = content.read_classes(fractions=reading > 1)
    if isinstance(content, Arrays):
        check_fixed_target(content.label, target, content.target)
        return _read_arrays(content, {**options, "--missing": missing}, classes)
    if source in BUNDLED:
        check_fixed_target(content.label, target, BUNDLED_TARGET)
    content.require_names(besides=options["--ignore"])
    name = content.names[-1] if target is None else target
    content.require_column(name, "--target")
    check_options(content, name, options)
    texts = spell_missing(missing)
    table = clear_invisible(content) if reading > 1 else content
    spelled = texts
    if reading > 2:
        spelled = (*texts, *spell_moments(texts, table.columns, is_stored=reading < 5))
    table = mark_missing(table, spelled, exact=options["--categorical"])
    unencoded = _read_table(table, name, options, texts, classes, reading)
    return replace(unencoded, schema=replace(unencoded.schema, missing_texts=spelled))


def _read_arrays(
    arrays: Arrays, options: ColumnOptions, classes: ClassOptions
) -> _UnencodedDataset:
    if arrays.y is None:
        raise DataError(f"{arrays.label}: it has no array y; save x and y")
    related = _find_related(arrays, options)
    place = f"{arrays.label}, target {arrays.target}"
    target, relations = read_used_rows(
        arrays.y, place, related=related, options=options, classes=classes
    )
    return _UnencodedDataset(
        Schema(
            (),
            arrays.target,
            target.classes,
            array_shape=arrays.x.shape[1:],
            channels=arrays.channels,
            fractions=arrays.fractions,
        ),
        target,
        {"x": arrays.x if target.present.all() else arrays.x[target.present]},
        warnings=(*arrays.warnings, *target.warnings, *relations.warnings),
        relations=relations,
    )


def _find_related(arrays: Arrays, options: ColumnOptions) -> Table | None:
    """Return the groups and the order that are beside an array; refuse options that name no such.

    Nothing is read if no option names any.
    """
    named = [option for option, names in options.items() if names]
    related = arrays.read_related() if named and arrays.read_related else None
    for option in named:
        if option not in {"--groups", "--order"} or related is None or not related.names:
            raise DataError(f"{arrays.label}: an array has no columns; leave out {option}")
    if related is not None:
        check_options(related, arrays.target, options)
    return related


def _make_single_column_error(label: str, name: str) -> DataError:
    is_name = name.replace("_", "").isalnum()  # and not the names of several columns
    remedy = "add columns" if is_name else "separate cells by a comma, semicolon, tab or bar"
    return DataError(
        f"{label}: it has only the column {name}, and nothing to predict it from; {remedy}"
    )


def _read_table(
    table: Table,
    name: str,
    options: ColumnOptions,
    missing_texts: tuple[str, ...],
    classes: ClassOptions,
    reading: int,
) -> _UnencodedDataset:
    if len(table.names) == 1:
        raise _make_single_column_error(table.label, name)
    labels = table.get_column(name, otherwise="choose another --target")
    target, relations = read_used_rows(
        labels, f"{table.label}, target {name}", related=table, options=options, classes=classes
    )
    if not target.present.all():
        table = table.filter_rows(target.present)
    columns = infer_columns(
        table.drop_column(name),
        categorical=options["--categorical"],
        ignore=[*options["--ignore"], *options["--groups"], *options["--order"]],
        missing_texts=missing_texts,
        reading=reading,
    )
    if not columns.raw:
        raise DataError(
            f"{table.label}: no column is left to learn from besides the target {name}; every "
            "column is ignored, constant, without values, an identifier, free text or has only "
            "rare levels"
        )
    return _UnencodedDataset(
        Schema(columns.columns, name, target.classes),
        target,
        columns.raw,
        warnings=(*table.warnings, *target.warnings, *columns.warnings, *relations.warnings),
        columns=columns,
        relations=relations,
    )


def _make_fingerprint(schema: Schema, x: np.ndarray, *numbers: np.ndarray | None) -> str:
    """Return a hash that is the same for the same data in every process and on every machine.

    Args:
        schema: The schema.
        x: The features.
        *numbers: The class, the group and the rank of each row; None if rows have none.
    """
    digest = hashlib.sha256(json.dumps(schema.to_dict(), sort_keys=True).encode())
    integers = [(array, "<i8") for array in numbers if array is not None]
    for array, dtype in [(x, "<f4"), *integers]:
        digest.update(str(array.shape).encode())
        digest.update(np.ascontiguousarray(array, dtype).data)
    return digest.hexdigest()
