"""Data in a person's words."""

import numpy as np

from tuner.data import Column, Dataset, Schema
from tuner.folds import Split
from tuner.words import count_noun, list_first

__all__ = ["data_lines"]

_NAMES = 60  # columns of a kind, or classes, that are named before "and N more"


def data_lines(dataset: Dataset, split: Split) -> list[str]:
    """Return the schema and the split of a data set, a line each."""
    schema = dataset.schema
    lines = [
        f"data {dataset.name}: {len(dataset.y):,} rows, {dataset.x.shape[1]} features after "
        f"encoding; {len(split.train):,} rows in {split.description}, "
        f"{len(split.test):,} held back for the test",
        f"  target {schema.target}: {_classes(dataset)}",
        *_columns(schema),
        *_relations(dataset),
        *(f"  warning: {warning}" for warning in dataset.warnings),
    ]
    return lines


def _classes(dataset: Dataset) -> str:
    counts = np.bincount(dataset.y, minlength=len(dataset.schema.classes))
    classes = zip(dataset.schema.classes, counts, strict=True)
    return list_first([f"{name} {count:,}" for name, count in classes], _NAMES)


def _relations(dataset: Dataset) -> list[str]:
    """Return which rows belong together, and in what order they are."""
    lines = []
    if dataset.groups is not None:
        groups = len(np.unique(dataset.groups))
        lines.append(f"  {count_noun(groups, 'group')}, none of them on both sides of a split")
    if dataset.order is not None:
        places = len(np.unique(dataset.order))
        lines.append(f"  {count_noun(places, 'place')} in the order, none of them cut through")
    return lines


def _columns(schema: Schema) -> list[str]:
    if schema.array_shape is not None:
        pixels = ", pixels that are scaled alike" if schema.channels else ""
        return [f"  array x: each row of shape {schema.array_shape}{pixels}"]
    lines = []
    for kind in ("numeric", "date", "categorical", "boolean", "ignored"):
        columns = [_column(column) for column in schema.columns if column.kind == kind]
        if columns:
            title = "left out" if kind == "ignored" else kind
            lines.append(f"  {len(columns)} {title}: {list_first(columns, _NAMES)}")
    return lines


def _column(column: Column) -> str:
    """Return a column's name and how it is read."""
    notes = {
        "numeric": f"like {column.notation}" if column.notation else "",
        "date": f"like {column.notation}: {', '.join(column.parts)}",
        "categorical": f"{len(column.levels)} levels" + (" and other" if column.other else ""),
        "boolean": "",
        "ignored": column.reason,
    }
    note = f" ({notes[column.kind]})" if notes[column.kind] else ""
    return f"{column.name}{note}{' [missing]' if column.missing else ''}"
