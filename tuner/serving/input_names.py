"""Names of the inputs of an exported model."""

import keyword
import re
from collections.abc import Mapping

import numpy as np

from tuner.data import RawColumns, Schema

__all__ = ["make_input_names", "rename_columns"]


def make_input_names(schema: Schema) -> dict[str, str]:
    """Return the exported model's input name of each raw column.

    Keras and TensorFlow allow fewer characters than tables do. Other characters become `_`, and a
    name that is taken gets a number. TensorFlow makes the names parameters of a method, so that
    `self` and Python's keywords get a number, too.

    >>> from tuner.data import Column
    >>> columns = Column("self", "numeric"), Column("len (cm)", "numeric")
    >>> make_input_names(Schema(columns, "y", ()))
    {'self': 'self_2', 'len (cm)': 'len__cm_'}
    """
    columns = ["x"] if schema.array_shape is not None else [c.name for c in schema.used]
    names: dict[str, str] = {}
    taken: set[str] = set()
    for column in columns:
        stem = re.sub(r"\W", "_", column, flags=re.ASCII) or "_"
        stem = stem if stem[0].isalpha() else f"column_{stem}"
        name, number = stem, 2
        while name.lower() in taken or name == "self" or keyword.iskeyword(name):
            name, number = f"{stem}_{number}", number + 1
        taken.add(name.lower())
        names[column] = name
    return names


def rename_columns(raw: RawColumns, names: Mapping[str, str]) -> dict[str, np.ndarray]:
    """Return raw columns under the names of the exported model's inputs."""
    return {names[column]: values for column, values in raw.items()}
