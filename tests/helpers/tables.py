"""Small tables: written, loaded, read to predict, and refused. Files are in the current folder."""

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

import numpy as np
import pytest

from tuner.data import Dataset, RawColumns, Schema, load_dataset, stream_raw
from tuner.errors import DataError


def write_file(text: str, name: str = "t.csv") -> str:
    """Write a text file and return its name."""
    Path(name).write_bytes(text.encode())
    return name


def load_column(cells: Iterable[object], **options: object) -> Dataset:
    """Load a table of a column a with these cells, a plain column b, and the target y."""
    rows = [f'"{cell}";{i}.5;{"pq"[i % 2]}\n' for i, cell in enumerate(cells)]
    return load_dataset(write_file("a;b;y\n" + "".join(rows)), **options)  # type: ignore[arg-type]


def load_columns(*, categorical: Sequence[str] = (), **columns: list[str]) -> Dataset:
    """Load a table of some columns, a plain column b, and the target y."""
    rows = zip(*columns.values(), strict=True)
    lines = [",".join([*map(str, row), f"{i % 7}.5", "pq"[i % 2]]) for i, row in enumerate(rows)]
    text = "\n".join([",".join([*columns, "b", "y"]), *lines])
    return load_dataset(write_file(text), categorical=categorical)


def read_raw(path: str, schema: Schema) -> RawColumns:
    """Return the rows to predict of a source, all parts together."""
    parts = [part.raw for part in stream_raw(path, schema)]
    return {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}


def catch_refusal(function: Callable[..., object], *args: object, **options: object) -> str:
    """Return the whole message of the DataError that a call raises."""
    with pytest.raises(DataError) as error:
        function(*args, **options)
    return str(error.value)
