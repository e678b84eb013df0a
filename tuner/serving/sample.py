"""The raw rows that an export is checked with, and the one that the model card shows."""

from typing import Any

import numpy as np

from tuner.data import RawColumns, Schema

__all__ = ["find_example", "pick_sample"]

_MAX_ROWS = 200  # of the data; each format predicts them


def pick_sample(raw: RawColumns, schema: Schema) -> RawColumns:
    """Return raw rows that are spread over the data, to check an export with.

    A table gets two more rows, which test the preprocessing. In one, every value is missing; in the
    other, every text is a level that the data do not have.
    """
    rows = len(next(iter(raw.values())))
    chosen = np.unique(np.linspace(0, rows - 1, min(rows, _MAX_ROWS)).astype(int))
    sample = {name: values[chosen] for name, values in raw.items()}
    if schema.array_shape is not None:
        return sample
    for column in schema.used:
        texts = ["", "\N{REPLACEMENT CHARACTER} new"]
        added: list[Any] = [np.nan, np.nan] if column.is_plain else texts
        values = sample[column.name]
        sample[column.name] = np.concatenate([values, np.array(added, dtype=values.dtype)])
    return sample


def find_example(schema: Schema, sample: RawColumns) -> dict[str, Any]:
    """Return a row of a table as JSON has it, without missing values if there is such a row."""
    if schema.array_shape is not None:
        return {}
    plain = {column.name for column in schema.used if column.is_plain}
    missing = [np.isnan(v) if name in plain else v == "" for name, v in sample.items()]
    row = int(np.argmin(np.any(missing, axis=0)))
    values = {name: values[row] for name, values in sample.items()}
    return {name: _shorten(v) if name in plain else str(v) for name, v in values.items()}


def _shorten(value: np.float32) -> float | None:
    """Return the shortest number that is equal in single precision; None if it is missing."""
    return None if np.isnan(value) else float(str(value))
