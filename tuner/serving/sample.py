"""The raw rows that an export is checked with, and the one that the model card shows."""

from typing import Any

import numpy as np

from tuner.data import RawColumns, Schema

__all__ = ["find_example", "pick_sample"]

_SAMPLE = 200  # rows that are predicted by every format


def pick_sample(raw: RawColumns, schema: Schema) -> RawColumns:
    """Return rows to check an export with: real ones, and ones that test the preprocessing.

    Two rows are added to those of a table: one in which every value is missing, and one in which
    every text is a level that the data did not have.
    """
    rows = len(next(iter(raw.values())))
    chosen = np.unique(np.linspace(0, rows - 1, min(rows, _SAMPLE)).astype(int))
    sample = {name: values[chosen] for name, values in raw.items()}
    if schema.array_shape is not None:
        return sample
    for column in schema.used:
        new = ["", "\N{REPLACEMENT CHARACTER} new"]
        added: list[Any] = [np.nan, np.nan] if column.is_plain else new
        values = sample[column.name]
        sample[column.name] = np.concatenate([values, np.array(added, dtype=values.dtype)])
    return sample


def find_example(schema: Schema, sample: RawColumns) -> dict[str, Any]:
    """Return a row of a table as JSON has it, one without gaps if there is any."""
    if schema.array_shape is not None:
        return {}
    plain = {column.name for column in schema.used if column.is_plain}
    gaps = [np.isnan(v) if name in plain else v == "" for name, v in sample.items()]
    row = int(np.argmin(np.any(gaps, axis=0)))
    values = {name: values[row] for name, values in sample.items()}
    return {name: _shorten(v) if name in plain else str(v) for name, v in values.items()}


def _shorten(value: np.float32) -> float | None:
    """Return the shortest number that is the same in single precision; None where it is missing."""
    return None if np.isnan(value) else float(str(value))
