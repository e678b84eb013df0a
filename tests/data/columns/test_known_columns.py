"""Rows to predict are read as the schema describes their columns."""

import numpy as np
import pandas as pd

from tests.helpers.tables import catch_refusal, load_column, load_columns, read_raw, write_file
from tuner.data import load_dataset


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
        "data file new.csv, column a: '1.5' in line 3 is not a number like 1.234,5; fix the cell"
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
        "fix the cell"
    )


def test_truth_values_in_words_are_spelled_as_in_the_schema() -> None:
    schema = load_columns(a=["Yes", "No"] * 3).schema
    raw = read_raw(write_file("a,b\nYES,1\nno ,1\nyes,1\nperhaps,1\n", "new.csv"), schema)
    assert raw["a"].tolist() == ["Yes", "No", "Yes", "perhaps"]
