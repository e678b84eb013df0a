"""Columns of every type that a frame may have: kept as they are, or refused by name."""

import datetime
from decimal import Decimal
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pytest

from tests.helpers.given_rows import keep_and_load, load_kept
from tests.helpers.tables import catch_refusal
from tuner.data import convert_raw, keep_rows
from tuner.data.in_memory.cells import convert_cells

HALF = 12
DAYS = pd.date_range("2024-01-30 12:00", periods=2 * HALF, freq="D")
Y = ["p", "q", "q"] * (2 * HALF // 3)

# cells, the kind of the column, and its levels or whether a value is missing
KEPT = {
    "float16": (np.arange(2 * HALF, dtype="float16") / 4, "numeric", False),
    "longdouble": (np.arange(2 * HALF, dtype="longdouble") / 4, "numeric", False),
    "uint64": (np.arange(2 * HALF, dtype="uint64") % 7, "numeric", False),
    "missing": (np.array([0.5, np.nan] * HALF), "numeric", True),
    "Int64": (pd.array([3, None] * HALF, "Int64"), "numeric", True),
    "Float64": (pd.array([0.5, None] * HALF, "Float64"), "numeric", True),
    "sparse": (pd.arrays.SparseArray([0.0, 1.5] * HALF), "numeric", False),
    "decimal": ([Decimal("0.5"), Decimal(2)] * HALF, "numeric", False),
    "numbers as objects": (pd.Series([1, 2.5] * HALF, dtype=object), "numeric", False),
    "bool": ([True, False] * HALF, "boolean", ("false", "true")),
    "boolean": (pd.array([True, None] * HALF, "boolean"), "boolean", ("true",)),
    "bool or None": (pd.Series([True, None] * HALF, dtype=object), "boolean", ("true",)),
    "texts": (["b", "a"] * HALF, "categorical", ("a", "b")),
    "texts or None": (pd.Series(["b", None] * HALF, dtype=object), "categorical", ("b",)),
    "string": (pd.array(["b", "a"] * HALF, "string"), "categorical", ("a", "b")),
    "large_string": (
        pd.array(["b", "a"] * HALF, pd.ArrowDtype(pa.large_string())),
        "categorical",
        ("a", "b"),
    ),
    "bytes of a text": (["é".encode(), b"a"] * HALF, "categorical", ("a", "é")),
    "category": (
        pd.Categorical(["b", "a"] * HALF, categories=["b", "c", "a"]),
        "categorical",
        ("a", "b"),
    ),
    "missing category": (pd.Categorical(["b", None] * HALF), "categorical", ("b",)),
    "category of numbers": (pd.Categorical([10, 9] * HALF), "categorical", ("10", "9")),
    "category of floats": (pd.Categorical([1.5, 2.0] * HALF), "categorical", ("1.5", "2")),
    "category of bool": (pd.Categorical([True, False] * HALF), "boolean", ("false", "true")),
    "intervals": (pd.cut([1, 5] * HALF, [0, 3, 6]), "categorical", ("(0, 3]", "(3, 6]")),
    "datetime": (DAYS, "date", False),
    "zone": (DAYS.tz_localize("Asia/Kolkata"), "date", False),
    "date": (list(DAYS.date), "date", False),
    "time": ([datetime.time(3, 5), datetime.time(23, 0)] * HALF, "date", False),
    "no time": ([*DAYS[:-1], pd.NaT], "date", True),
}


def make_frame(cells) -> pd.DataFrame:
    return pd.DataFrame({"b": np.arange(2 * HALF) % 5, "a": cells})


@pytest.mark.parametrize(("cells", "kind", "content"), KEPT.values(), ids=KEPT)
def test_a_column_is_kept_as_it_is(cells, kind, content) -> None:
    frame = make_frame(cells)
    dataset = keep_and_load(frame, Y)
    column = dataset.schema.columns[1]
    assert column.kind == kind
    assert (column.levels or column.missing) == content
    assert np.array_equal(
        dataset.schema.encode(convert_raw(frame, dataset.schema)), dataset.x, equal_nan=True
    )


class Unknown:
    def __repr__(self) -> str:
        return "<unknown>"


REMEDY = "; make it number, text, date, time or bool, or leave it out"
IGNORE = "; store it as number, text, date, time or bool, or leave it out with --ignore a"
REFUSED = {
    "texts and lists": (
        ["x", [1]] * HALF,
        "its cells have several types, such as str in row 0 ('x') and list in row 1 ([1])" + REMEDY,
    ),
    "numbers and lists": (
        [None, 2.5, [1]] * 8,
        "its cells have several types, such as float in row 1 (2.5) and list in row 2 ([1])"
        + REMEDY,
    ),
    "objects": (
        [Unknown(), None] * HALF,
        "its cells cannot be read (ArrowInvalid: Could not convert <unknown> with type Unknown: "
        "did not recognize Python value type when inferring an Arrow data type)" + REMEDY,
    ),
    "complex": (np.full(2 * HALF, 1j), "its type complex128 is not supported" + REMEDY),
    "period": (DAYS.to_period("M"), "its type period[M] is not supported" + REMEDY),
    "interval": (
        pd.interval_range(0, 24),
        "its type interval[int64, right] is not supported" + REMEDY,
    ),
    "timedelta": (DAYS - DAYS[0], "its type duration[us] is not supported" + IGNORE),
    "lists": ([[1], [2, 3]] * HALF, "its type list<element: int64> is not supported" + IGNORE),
    "bytes": ([b"x", b"\xe9"] * HALF, "its type binary is not supported" + IGNORE),
    "half a character": (
        pd.Series(["x", "\ud800"] * HALF, dtype=object),
        "its cells cannot be read (UnicodeEncodeError: 'utf-8' codec can't encode character "
        "'\\ud800' in position 0: surrogates not allowed)" + REMEDY,
    ),
}


@pytest.mark.parametrize(("cells", "fault"), REFUSED.values(), ids=REFUSED)
def test_a_column_of_another_type_is_refused_unless_it_is_ignored(cells, fault) -> None:
    frame = make_frame(cells)
    assert catch_refusal(keep_and_load, frame, Y) == f"data frame, column a: {fault}"
    kept = keep_rows(frame, Y, root=Path("mlruns"), ignore=["a"])
    assert pa.parquet.read_table(kept.source)["a"].null_count == 2 * HALF


MIXED = {
    "numbers": (
        [1, 2.0, 2.5, Decimal("0.25"), np.int8(5), None],
        ["1", "2", "2.5", "0.25", "5", ""],
    ),
    "truth": ([True, np.bool_(False), "x"], ["true", "false", "x"]),
    "times": (
        [datetime.date(2024, 1, 31), datetime.time(3, 5), "x"],
        ["2024-01-31", "03:05:00", "x"],
    ),
}


@pytest.mark.parametrize(("cells", "texts"), MIXED.values(), ids=MIXED)
def test_cells_of_several_types_become_the_texts_of_a_file(cells, texts) -> None:
    column = convert_cells("a", pd.Series([*cells, "unknown"], dtype=object))
    assert pc.fill_null(column, "").to_pylist() == [*texts, "unknown"]


def test_a_word_among_the_numbers_of_a_frame_is_advised_as_missing() -> None:
    frame = make_frame([*range(2 * HALF - 2), "unknown", None])
    assert catch_refusal(keep_and_load, frame, Y) == (
        "data frame, column a: it holds numbers such as 0, but 'unknown' in row 22 (counted "
        "from 0); if that means a missing value, give --missing unknown; otherwise fix the "
        "cell, or give --categorical a or --ignore a"
    )
    dataset = load_kept(keep_rows(frame, Y, root=Path("mlruns")), missing=["unknown"])
    assert (dataset.schema.columns[1].kind, np.isnan(dataset.x[:, 1]).sum()) == ("numeric", 2)


class Stream:
    """A data frame of another library: nothing but Arrow's C stream."""

    def __init__(self, table: pa.Table):
        self.table = table

    def __arrow_c_stream__(self, requested_schema=None):
        return self.table.__arrow_c_stream__(requested_schema)


def test_a_frame_of_any_library_comes_through_arrow() -> None:
    table = pa.table(
        {
            "number": pa.array(np.arange(2 * HALF) / 4),
            "view": pa.array(["b", "a"] * HALF, pa.string_view()),
            "levels": pa.array(["3", None] * HALF).dictionary_encode(),
            "day": pa.array(list(DAYS.date)),
        }
    )
    parts = pa.concat_tables([table.slice(0, 7), table.slice(7)])
    for rows in (table, parts, Stream(parts), pa.record_batch(table.to_batches()[0])):
        dataset = keep_and_load(rows, Y)
        assert [column.kind for column in dataset.schema.columns] == [
            "numeric",
            "categorical",
            "categorical",
            "date",
        ]
        assert np.array_equal(dataset.schema.encode(convert_raw(rows, dataset.schema)), dataset.x)
    assert keep_and_load(Stream(parts), "view").classes == ("a", "b")


def test_an_index_is_not_data() -> None:
    frame = make_frame(["b", "a"] * HALF).set_index(np.arange(5, 5 + 2 * HALF))
    for rows in (frame, pa.Table.from_pandas(frame)):
        assert [column.name for column in keep_and_load(rows, Y).schema.columns] == ["b", "a"]
