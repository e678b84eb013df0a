"""Rows to predict are read as the schema describes their columns."""

from decimal import Decimal

import numpy as np
import pandas as pd
import pytest

from tests.helpers.tables import catch_refusal, load_column, load_columns, read_raw, write_file
from tuner.data import BadCells, convert_raw, keep_rows, load_dataset, stream_raw
from tuner.serving.cell_notes import CellNotes
from tuner.serving.served_cells import CellReader


def test_rows_need_no_target_and_may_have_more_columns() -> None:
    schema = load_dataset(write_file("a,b,c,y\n1,u,5,p\n?,v,5,q\n3,u,5,p\n4,,5,q\n")).schema
    raw = read_raw(write_file("more,b,a\nx,v,NA\ny,new, 2 \nz, ,3\n", "new.csv"), schema)
    assert list(raw) == ["a", "b"]
    np.testing.assert_array_equal(raw["a"], np.array([np.nan, 2, 3], np.float32))
    assert raw["b"].tolist() == ["v", "new", ""]
    assert (raw["a"].dtype, raw["b"].dtype) == (np.float32, object)


def test_stored_truth_values_are_spelled_as_in_the_schema() -> None:
    schema = load_dataset(write_file("a,b,y\nTrue,1,p\nFalse,2,q\nTrue,3,p\nFalse,4,q\n")).schema
    table = pd.DataFrame({"a": [True, False], "b": [5, 6]})
    table.to_parquet("new.parquet")
    assert read_raw("new.parquet", schema)["a"].tolist() == ["True", "False"]
    raw = read_raw(write_file("b,a\n1,TRUE\n2,\n3,perhaps\n", "new.csv"), schema)
    assert raw["a"].tolist() == ["True", "", "perhaps"]


def test_blank_lines_of_a_single_column_are_missing_cells() -> None:
    schema = load_dataset(write_file("a,y\n1,p\n2,q\n3,p\n4,q\n")).schema
    raw = read_raw(write_file("a\n1\n\n3\n", "new.csv"), schema)
    np.testing.assert_array_equal(raw["a"], np.array([1, np.nan, 3], np.float32))


def test_numbers_must_be_in_the_notation_of_their_column() -> None:
    schema = load_column(["1,5", "2,5", "3,5", "4,5"]).schema
    assert catch_refusal(read_raw, write_file("a;b\n1,5;1\n1.5;2\n", "new.csv"), schema) == (
        "data file new.csv, column a: '1.5' in line 3 is not a number like 1.234,5; fix the cell, "
        "or give --on-error missing"
    )
    pd.DataFrame({"a": [1.5, None, 1e-7, 2e9], "b": [1, 2, 3, 4]}).to_parquet("new.parquet")
    raw = read_raw("new.parquet", schema)
    assert raw["a"].tolist() == ["1,5", "", "0,0000001", "2000000000"]
    np.testing.assert_allclose(schema.encode(raw)[:, 0], [1.5, np.nan, 1e-7, 2e9])


def test_dates_must_be_in_the_notation_of_their_column() -> None:
    schema = load_column(["31/12/2024", "01/02/2023"] * 2).schema
    raw = read_raw(write_file("a;b\n1/3/2024;1\n2024-03-01;1\nNA;2\n", "new.csv"), schema)
    assert raw["a"].tolist() == ["1/3/2024", "2024-03-01", ""]
    x = schema.encode(raw)
    np.testing.assert_array_equal(x[0], x[1])
    assert catch_refusal(
        read_raw, write_file("a;b\n1/3/2024;1\n3/31/2024;1\n", "new.csv"), schema
    ) == (
        "data file new.csv, column a: '3/31/2024' in line 3 is not a date like 31/12/2024; "
        "fix the cell, or give --on-error missing"
    )


def test_truth_values_in_words_are_spelled_as_in_the_schema() -> None:
    schema = load_columns(a=["Yes", "No"] * 3).schema
    raw = read_raw(write_file("a,b\nYES,1\nno ,1\nyes,1\nperhaps,1\n", "new.csv"), schema)
    assert raw["a"].tolist() == ["Yes", "No", "Yes", "perhaps"]


def test_numbers_are_levels_however_a_program_writes_them() -> None:
    """pandas writes whole numbers as 1.0 where one is missing."""
    levels = ["1", "2.0", "0.30000000000000004", "00501", "v1.1", "123456789012345"]
    schema = load_columns(categorical=["code"], code=levels * 2).schema
    cells = ["1.0", " 2", "0.3", "501", "1.10", "v1.10", "1e0", "123456789012345.0"]
    new = read_raw(write_file("code,b\n" + "".join(f"{cell},1\n" for cell in cells)), schema)
    found = ["1", "2.0", "0.30000000000000004", *cells[3:7], "123456789012345"]
    assert new["code"].tolist() == found
    served = CellReader(schema.to_dict())
    assert served.read_texts("code", cells, CellNotes()) == found
    assert served.read_texts("code", [1, 2.0, Decimal("0.3")], CellNotes()) == found[:3]


MOMENTS = pd.Series(["2020-01-01 00:00", "2020-01-02 12:30"] * 6).astype("datetime64[ns]")


@pytest.mark.parametrize(
    "moments",
    [
        MOMENTS,
        MOMENTS.astype("datetime64[s]"),
        MOMENTS.dt.tz_localize("Asia/Tokyo"),
        pd.Series(["2020-01-01", "2020-01-02T12:30"] * 6),
    ],
    ids=["nanoseconds", "seconds", "a zone", "texts"],
)
def test_moments_are_levels_however_they_are_stored_or_spelled(moments, tmp_path) -> None:
    rows = pd.DataFrame({"at": MOMENTS.astype("category"), "b": range(12), "y": [*"pq"] * 6})
    kept = keep_rows(rows, root=tmp_path)
    schema = load_dataset(kept.source, target="y", categorical=kept.categorical).schema
    first, second = (f"2020-01-0{text}.000000000" for text in ("1 00:00:00", "2 12:30:00"))
    assert schema.columns[0].levels == (first, second)
    new = convert_raw(rows.assign(at=moments), schema)["at"]
    assert new[:2].tolist() == [first, second]
    served = CellReader(schema.to_dict())
    assert served.read_texts("at", moments.tolist()[:2], CellNotes()) == [first, second]
    texts = moments.astype(str).tolist()[:2]
    assert served.read_texts("at", texts, CellNotes()) == [first, second]


def test_times_are_levels_however_they_are_spelled() -> None:
    schema = load_columns(categorical=["at"], at=["08:00:00.000", "12:30:01.500"] * 3).schema
    new = read_raw(write_file("at,b\n08:00,1\n12:30:01.5,2\n12:30,3\n"), schema)
    assert new["at"].tolist() == ["08:00:00.000", "12:30:01.500", "12:30"]


def test_two_levels_of_one_number_stay_two() -> None:
    schema = load_columns(categorical=["code"], code=["1", "1.0", "2"] * 2).schema
    new = read_raw(write_file("code,b\n1.0,1\n1,1\n2,1\n"), schema)
    assert new["code"].tolist() == ["1.0", "1", "2"]


def read_with_gaps(path, schema):
    """Return the rows of a file, bad cells as missing, and the warnings about them."""
    cells = BadCells("missing")
    (part,) = stream_raw(path, schema, bad_cells=cells)
    return part.raw, cells.list_warnings()


def test_bad_cells_may_count_as_missing() -> None:
    columns = {
        "n": ["1", "2", "3", "4.5"],
        "euro": ['"1.234,50 €"', '"2,5 €"', '"3,75 €"', '"4,1 €"'],
        "day": ["2024-01-31", "2024-02-01", "2023-05-06", "2022-12-31"],
        "flag": ["yes", "no", "yes", "no"],
    }
    schema = load_columns(**columns).schema
    assert [column.kind for column in schema.used] == [
        "numeric",
        "numeric",
        "date",
        "boolean",
        "numeric",
    ]
    write_file(
        "n,euro,day,flag,b\nlots,1.5 USD,2022-13-45,perhaps,1\n1e60,,-,yes,inf\n"
        " 7 ,?,31.1.2024,,true\n"
        f"{'x' * 60},n/a,,no,2\n",
        "new.csv",
    )
    raw, warnings = read_with_gaps("new.csv", schema)
    np.testing.assert_array_equal(raw["n"], np.array([np.nan, np.nan, 7, np.nan], np.float32))
    np.testing.assert_array_equal(raw["b"], np.array([1, np.nan, np.nan, 2], np.float32))
    assert raw["euro"].tolist() == ["", "", "", ""]
    assert raw["day"].tolist() == ["", "", "", ""]
    assert raw["flag"].tolist() == ["perhaps", "yes", "", "no"]
    assert warnings == [
        "column n: 3 cells count as missing, such as 'lots' in line 2, which is not a number",
        "column euro: '1.5 USD' in line 2, which is not a number like 1.234,5, counts as missing",
        "column day: 2 cells count as missing, such as '2022-13-45' in line 2, which is not a date "
        "like 2024-12-31",
        "column b: 2 cells count as missing, such as 'true' in line 4, which is not a number",
    ]
    assert catch_refusal(
        read_raw, write_file("n,euro,day,flag,b\n1e60,,,,\n", "new.csv"), schema
    ) == (
        "data file new.csv, column n: '1e60' in line 2 is not a finite number in float32; fix the "
        "cell, or give --on-error missing"
    )


def test_stored_numbers_that_are_infinite_are_bad_cells() -> None:
    schema = load_columns(n=["1", "2", "3", "4.5"], m=['"1,5"', '"2,5"', '"3,5"', '"4,5"']).schema
    table = pd.DataFrame({"n": [1.0, np.inf, None], "m": [-np.inf, 2.5, 1e60], "b": [1, 2, 3]})
    table.to_parquet("new.parquet")
    raw, warnings = read_with_gaps("new.parquet", schema)
    np.testing.assert_array_equal(raw["n"], np.array([1, np.nan, np.nan], np.float32))
    assert raw["m"].tolist() == ["", "2,5", ""]
    assert warnings == [
        "column n: inf in row 2, which is not a finite number in float32, counts as missing",
        "column m: 2 cells count as missing, such as -inf in row 1, which is not a finite number "
        "in float32",
    ]


def test_a_frame_has_bad_cells_as_a_file_has() -> None:
    schema = load_columns(n=["1", "2", "3", "4.5"]).schema
    frame = pd.DataFrame({"n": [1, "lots", None, 2.5], "b": [1, 2, 3, 4]})
    assert catch_refusal(convert_raw, frame, schema) == (
        "data frame, column n: 'lots' in row 1 (counted from 0) is not a number; fix the cell"
    )
    cells = BadCells("missing")
    np.testing.assert_array_equal(
        convert_raw(frame, schema, cells)["n"], np.array([1, np.nan, np.nan, 2.5], np.float32)
    )
    assert len(cells.list_warnings()) == 1
