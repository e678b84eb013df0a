"""A data set, ready to be split and learned from."""

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import pyarrow as pa

from tuner.data.columns.column import RawColumns
from tuner.data.columns.inference import infer_columns
from tuner.data.columns.known_columns import read_columns
from tuner.data.columns.row_relations import group_warnings, read_groups, read_order
from tuner.data.columns.target import Target, read_target
from tuner.data.readers.bundled import BUNDLED, BUNDLED_TARGET
from tuner.data.readers.image_folders import ImageFolder
from tuner.data.readers.sources import read_source, stem, stream_source
from tuner.data.readers.table import Arrays, Table
from tuner.data.schema import Schema
from tuner.errors import DataError

__all__ = ["Dataset", "load_dataset", "stream_raw"]


@dataclass(frozen=True, slots=True, eq=False)
class Dataset:
    """Rows and their classes, before any scaling.

    Args:
        name: A bundled name, or a file's name without its folder and ending.
        source: As the person gave it.
        schema: What the rows are made of.
        x: (rows, features) float32, NaN where a number is missing.
        y: (rows,) int64, places in `classes`.
        raw: The rows as an exported model takes them.
        warnings: Sentences for the person, about what was left out or may be meant otherwise.
        fingerprint: SHA-256 over x, y, the schema, the groups and the order, in hexadecimal.
        groups: (rows,) int64, the number of each row's group; None where each stands for itself.
        order: (rows,) int64, the place of each row in an order; None where they are in none.
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

    @property
    def classes(self) -> tuple[str, ...]:
        """The labels, in the order of the network's outputs."""
        return self.schema.classes


def load_dataset(
    source: str,
    *,
    target: str | None = None,
    categorical: Sequence[str] = (),
    ignore: Sequence[str] = (),
    groups: str | None = None,
    order: str | None = None,
) -> Dataset:
    """Read a data set, infer its schema and encode it.

    Args:
        source: One of `BUNDLED`, a `.csv`, `.tsv`, `.csv.gz`, `.tsv.gz`, `.parquet` or `.npz`
            file, or a folder of images with a sub-folder a class.
        target: The column of labels; the last one if not given.
        categorical: Columns to read as levels even if their cells are numbers.
        ignore: Columns to leave out.
        groups: The column that says which rows belong together; it is not learned from.
        order: The column of numbers, dates or times by which rows are ordered. It is not learned
            from either: in all rows to come it is beyond what it was in training.

    Raises:
        DataError: The source cannot be read or learned from; the text says how to mend it.

    >>> load_dataset("iris").classes
    ('setosa', 'versicolor', 'virginica')
    """
    apart = {"--groups": [groups] if groups else [], "--order": [order] if order else []}
    learned = _learn(source, target, {"--categorical": categorical, "--ignore": ignore, **apart})
    # the table that was read is gone by now, so that it and the features are not both in memory
    pa.default_memory_pool().release_unused()
    x, y = learned.schema.encode(learned.raw), learned.labels.y
    return Dataset(
        name=stem(source),
        source=source,
        schema=learned.schema,
        x=x,
        y=y,
        raw=learned.raw,
        warnings=learned.warnings,
        fingerprint=_fingerprint(learned.schema, x, y, learned.groups, learned.order),
        groups=learned.groups,
        order=learned.order,
    )


def stream_raw(
    path: str, schema: Schema, *, tell: Callable[[str], None] | None = None
) -> Iterator[RawColumns]:
    """Yield rows to predict on, as an exported model takes them, some megabytes at once.

    Args:
        path: Any source that `load_dataset` reads; the target may be absent, images need no
            sub-folders, and columns that the schema does not use are not looked at.
        schema: That of the data which the model was trained on.
        tell: Is given each sentence about how the source is read, once.

    Raises:
        DataError: The source cannot be read, or its rows are not what the schema describes; when
            it comes to the fault.
    """
    told: set[str] = set()
    for found in stream_source(path):
        if isinstance(found, ImageFolder):
            yield from _images(found, schema)
            continue
        for sentence in found.warnings:
            if tell is not None and sentence not in told:
                tell(sentence)
            told.add(sentence)
        yield _raw(found, schema)


def _raw(found: Table | Arrays, schema: Schema) -> RawColumns:
    if isinstance(found, Table):
        if schema.array_shape is None:
            return read_columns(found, schema.used)
        also = "" if schema.image is None else " or a folder of images"
        raise DataError(
            f"{found.label}: it is a table where the model reads arrays of shape "
            f"{schema.array_shape}; give an .npz file{also}"
        )
    if schema.array_shape is None:
        raise _no_table(found, "an array")
    if found.x.shape[1:] != schema.array_shape:
        raise DataError(
            f"{found.label}: a row of x has shape {found.x.shape[1:]} where the model reads "
            f"{schema.array_shape}; reshape x"
        )
    return {"x": found.x}


def _images(folder: ImageFolder, schema: Schema) -> Iterator[RawColumns]:
    if schema.array_shape is None:
        raise _no_table(folder, "a folder of images")
    if schema.image is None:
        raise DataError(
            f"{folder.label}: it is a folder of images where the model reads arrays of shape "
            f"{schema.array_shape}; give an .npz file"
        )
    for x in folder.predict(schema.image):
        yield {"x": x.reshape(-1, *schema.array_shape)}


def _no_table(found: Arrays | ImageFolder, kind: str) -> DataError:
    return DataError(
        f"{found.label}: it is {kind} where the model reads the columns of a table; give a table"
    )


_Options: TypeAlias = Mapping[str, Sequence[str]]


@dataclass(frozen=True, slots=True, eq=False)
class _Learned:
    """What is known of a data set before it is encoded; the fields are those of `Dataset`."""

    schema: Schema
    labels: Target
    raw: RawColumns
    warnings: tuple[str, ...]
    groups: np.ndarray | None = None
    order: np.ndarray | None = None


def _learn(source: str, target: str | None, options: _Options) -> _Learned:
    found = read_source(source)
    if isinstance(found, ImageFolder):
        found = found.learn()
    if isinstance(found, Arrays):
        _fix_target(found.label, target, found.target)
        _refuse_options(found, options)
        return _learn_arrays(found)
    if source in BUNDLED:
        _fix_target(found.label, target, BUNDLED_TARGET)
    chosen = found.names[-1] if target is None else target
    _check_options(found, chosen, options)
    return _learn_table(found, chosen, options)


def _learn_arrays(arrays: Arrays) -> _Learned:
    if arrays.y is None:
        raise DataError(f"{arrays.label}: it has no array y; save x and y")
    labels = read_target(arrays.y, f"{arrays.label}, target {arrays.target}")
    shape, channels = arrays.x.shape[1:], arrays.channels
    schema = Schema((), arrays.target, labels.classes, array_shape=shape, channels=channels)
    x = arrays.x if labels.present.all() else arrays.x[labels.present]
    return _Learned(schema, labels, {"x": x}, (*arrays.warnings, *labels.warnings))


def _learn_table(table: Table, target: str, options: _Options) -> _Learned:
    if len(table.names) == 1:
        raise DataError(
            f"{table.label}: it has the one column {target}, and nothing to predict it from; "
            "separate cells by a comma, semicolon, tab or bar"
        )
    labels = read_target(
        table.column(target, otherwise="choose another --target"),
        f"{table.label}, target {target}",
    )
    groups, order = (
        next((read(table, name, labels.present) for name in options[option]), None)
        for option, read in (("--groups", read_groups), ("--order", read_order))
    )
    if not labels.present.all():
        table = table.keep(labels.present)
    unread = [*options["--ignore"], *options["--groups"], *options["--order"]]
    found = infer_columns(
        table.without(target), categorical=options["--categorical"], ignore=unread
    )
    if not found.raw:
        raise DataError(
            f"{table.label}: no column is left to learn from beside the target {target}; "
            "each is ignored, constant, without values, an identifier, free text or of rare levels"
        )
    schema = Schema(found.columns, target, labels.classes)
    alone = () if groups is None else group_warnings(options["--groups"][0], groups)
    warnings = (*table.warnings, *labels.warnings, *found.warnings, *alone)
    return _Learned(schema, labels, found.raw, warnings, groups, order)


def _fix_target(label: str, target: str | None, fixed: str) -> None:
    if target not in (None, fixed):
        raise DataError(f"{label}: its target is {fixed}, not {target}; leave --target out")


def _refuse_options(arrays: Arrays, options: _Options) -> None:
    for option, names in options.items():
        if names:
            raise DataError(f"{arrays.label}: an array has no columns; leave {option} out")


def _check_options(table: Table, target: str, options: _Options) -> None:
    table.require(target, "--target")
    seen: dict[str, str] = {}
    for option, names in options.items():
        for name in dict.fromkeys(names):
            table.require(name, option)
            if name == target:
                raise DataError(
                    f"{table.label}, {option}: {name} is the target; take it out of {option}, "
                    "or choose another --target"
                )
            if name in seen:
                raise DataError(
                    f"{table.label}, {option}: {name} is in {seen[name]} too; keep it in one"
                )
            seen[name] = option


def _fingerprint(schema: Schema, x: np.ndarray, *numbers: np.ndarray | None) -> str:
    """Return a hash that is the same for the same data in every process and on every machine.

    Args:
        schema: What the rows are made of.
        x: Their features.
        *numbers: Of each row: its class, its group and its place; None for what it has not.
    """
    digest = hashlib.sha256(json.dumps(schema.to_dict(), sort_keys=True).encode())
    given = [(each, "<i8") for each in numbers if each is not None]
    for array, kind in [(x, "<f4"), *given]:
        digest.update(str(array.shape).encode())
        digest.update(np.ascontiguousarray(array, kind).data)
    return digest.hexdigest()
