"""Tests of data work in a folder of their own, so that errors name files without a path."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from tuner.data import RawColumns, Schema, stream_raw
from tuner.errors import DataError


def read_raw(path: str, schema: Schema) -> RawColumns:
    """Return rows to predict on, all parts together."""
    parts = list(stream_raw(path, schema))
    return {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}


@pytest.fixture(autouse=True)
def in_tmp_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def write() -> Callable[..., str]:
    """Write a text file and return its name."""

    def write(text: str, name: str = "t.csv") -> str:
        Path(name).write_bytes(text.encode())
        return name

    return write


@pytest.fixture
def refusal() -> Callable[..., str]:
    """Return the whole text of the DataError that a call raises."""

    def refusal(function: Callable[..., object], *args: object, **options: object) -> str:
        with pytest.raises(DataError) as error:
            function(*args, **options)
        return str(error.value)

    return refusal
