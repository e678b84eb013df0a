"""Describes a data set on the terminal."""

from collections.abc import Mapping

import numpy as np

from tuner.data import Column, Dataset, Schema
from tuner.folds import Split
from tuner.words import count_noun, list_first

__all__ = ["describe_data"]

_NAMES = 60  # the most columns of a kind, or classes, that are listed before "and N more"


def describe_data(
    dataset: Dataset, split: Split, *, groups: str | None = None, order: str | None = None
) -> list[str]:
    """Return lines that describe the schema and the split of a data set, without its warnings.

    Args:
        dataset: The data.
        split: Their split.
        groups: The column that says which rows belong together. Defaults to none.
        order: The column that orders the rows. Defaults to none.
    """
    schema = dataset.schema
    roles = {name: role for name, role in ((groups, "the groups"), (order, "the order")) if name}
    return [
        f"data {dataset.name}: {len(dataset.y):,} rows, {dataset.x.shape[1]} features after "
        f"encoding; {len(split.train):,} rows in {split.description}, "
        f"{len(split.test):,} held back for the test",
        f"  target {schema.target}: {_list_classes(dataset)}",
        *_describe_columns(schema, roles),
        *_describe_relations(dataset),
    ]


def _list_classes(dataset: Dataset) -> str:
    counts = np.bincount(dataset.y, minlength=len(dataset.schema.classes))
    classes = zip(dataset.schema.classes, counts, strict=True)
    return list_first([f"{name} {count:,}" for name, count in classes], _NAMES)


def _describe_relations(dataset: Dataset) -> list[str]:
    """Describe the groups and the order of the rows."""
    lines = []
    if dataset.groups is not None:
        groups = len(np.unique(dataset.groups))
        lines.append(f"  {count_noun(groups, 'group')}, none of them on both sides of a split")
    if dataset.order is not None:
        places = len(np.unique(dataset.order))
        lines.append(f"  {count_noun(places, 'place')} in the order, none of them split")
    return lines


def _describe_columns(schema: Schema, roles: Mapping[str, str]) -> list[str]:
    if schema.array_shape is not None:
        pixels = ", pixels that are scaled alike" if schema.channels else ""
        return [f"  array x: each row of shape {schema.array_shape}{pixels}"]
    lines = []
    for kind in ("numeric", "date", "categorical", "boolean", "ignored"):
        columns = [_describe_column(each, roles) for each in schema.columns if each.kind == kind]
        if columns:
            title = "left out" if kind == "ignored" else kind
            lines.append(f"  {len(columns)} {title}: {list_first(columns, _NAMES)}")
    return lines


def _describe_column(column: Column, roles: Mapping[str, str]) -> str:
    """Return a column's name and how it is read, or why not."""
    notes = {
        "numeric": f"like {column.notation}" if column.notation else "",
        "date": f"like {column.notation}: {', '.join(column.parts)}",
        "categorical": f"{len(column.levels)} levels" + (" and other" if column.other else ""),
        "boolean": "",
        "ignored": roles.get(column.name, column.reason),
    }
    note = f" ({notes[column.kind]})" if notes[column.kind] else ""
    return f"{column.name}{note}{' [missing]' if column.missing else ''}"
