"""Names of the inputs of an exported model, and which of them columns share."""

import keyword
import re
from collections import Counter
from collections.abc import Mapping

import numpy as np

from tuner.data import RawColumns, Schema

__all__ = ["count_columns", "join_columns", "make_input_names", "split_inputs"]

# An input of its own costs a column some milliseconds when a model is saved or loaded, and some
# microseconds in each prediction.
_MOST_NUMBERS = 100
_NUMBERS = "numbers"


def make_input_names(schema: Schema, *, shared: bool = True) -> dict[str, str]:
    """Return the exported model's input name of each raw column.

    Keras and TensorFlow allow fewer characters than tables do. Other characters become `_`, and a
    name that is taken gets a number. TensorFlow makes the names parameters of a method, so that
    `self` and Python's keywords get a number, too.

    If there are more than 100 columns of plain numbers, they share the input `numbers`.

    Args:
        schema: The columns.
        shared: Whether many columns share an input; in models of earlier versions none does.

    >>> from tuner.data import Column
    >>> columns = Column("self", "numeric"), Column("len (cm)", "numeric")
    >>> make_input_names(Schema(columns, "y", ()))
    {'self': 'self_2', 'len (cm)': 'len__cm_'}
    """
    columns = ["x"] if schema.array_shape is not None else [c.name for c in schema.used]
    plain = {column.name for column in schema.used if column.raw_type == "float32"}
    names: dict[str, str] = {}
    if shared and len(plain) > _MOST_NUMBERS:
        names = dict.fromkeys(plain, _NUMBERS)
    taken = set(names.values())
    for column in columns:
        if column in names:
            continue
        stem = re.sub(r"\W", "_", column, flags=re.ASCII) or "_"
        stem = stem if stem[0].isalpha() else f"column_{stem}"
        name, number = stem, 2
        while name.lower() in taken or name == "self" or keyword.iskeyword(name):
            name, number = f"{stem}_{number}", number + 1
        taken.add(name.lower())
        names[column] = name
    return {column: names[column] for column in columns}


def count_columns(names: Mapping[str, str]) -> dict[str, int]:
    """Return how many columns each input has that several columns share.

    Args:
        names: The input name of each column.
    """
    return {name: count for name, count in Counter(names.values()).items() if count > 1}


def join_columns(raw: RawColumns, names: Mapping[str, str]) -> dict[str, np.ndarray]:
    """Return raw columns as the inputs of an exported model, by input name.

    **Shape**: `(rows, …)` for each column; `(rows, columns)` for an input that columns share, in
    the order of `names`.
    """
    shared = count_columns(names)
    parts: dict[str, list[np.ndarray]] = {}
    for column, name in names.items():
        parts.setdefault(name, []).append(raw[column])
    return {
        name: np.stack(values, axis=1) if name in shared else values[0]
        for name, values in parts.items()
    }


def split_inputs(
    inputs: Mapping[str, np.ndarray], names: Mapping[str, str]
) -> dict[str, np.ndarray]:
    """Return the raw column of each name, from the inputs that `join_columns` makes."""
    shared, places = count_columns(names), Counter[str]()
    raw = {}
    for column, name in names.items():
        raw[column] = inputs[name][:, places[name]] if name in shared else inputs[name]
        places[name] += 1
    return raw
