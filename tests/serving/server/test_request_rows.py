"""The rows of a request, in each form; the answers to all forms are in `test_server`."""

import json

import pytest

from tuner.serving.server.rejection import RejectedRequest
from tuner.serving.server.request_rows import check_content_type, read_rows

COLUMNS = {"a": [1, None], "b": ["x", "y"]}


@pytest.mark.parametrize(
    "content",
    [
        {"dataframe_records": [{"a": 1, "b": "x"}, {"b": "y", "a": None}]},
        {"dataframe_split": {"columns": ["b", "c", "a"], "data": [["x", 0, 1], ["y", 0, None]]}},
        {"instances": [{"a": 1, "b": "x", "c": 0}, {"a": None, "b": "y", "c": 0}]},
        {"inputs": {"a": [1, None], "b": ["x", "y"]}, "params": {"a": [[]]}},
    ],
)
def test_rows_become_columns(content):
    columns = read_rows(json.dumps(content).encode(), "application/json", ["a", "b"])
    assert columns | COLUMNS == columns
    assert columns.keys() - COLUMNS.keys() <= {"c"}  # which the model does not know


def test_csv_has_texts():
    body = b'b,a\r\n"x, ""y""",1\n\n"two\nlines",\n'
    columns = {"a": ["1", ""], "b": ['x, "y"', "two\nlines"]}
    assert read_rows(body, "text/csv", ["a", "b"]) == columns


@pytest.mark.parametrize("mark", ["", "\ufeff"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_csv_has_the_dialects_of_files(mark, delimiter):
    rows = [[" b ", '"a, x"', '"c;d"'], ["1", '"2,5"', "3"]]
    body = mark + "\r\n".join(map(delimiter.join, rows))
    columns = read_rows(body.encode(), "text/csv", ["a, x", "b"])
    assert columns == {"b": ["1"], "a, x": ["2,5"], "c;d": ["3"]}


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("line", ["sep=^", '"sep=^"'])
def test_a_first_line_names_the_delimiter(line, end):
    body = end.join([line, "a^b", "1,2^3", ""])
    assert read_rows(body.encode(), "text/csv", ["a", "b"]) == {"a": ["1,2"], "b": ["3"]}


def test_blanks_around_the_names_of_columns_do_not_count():
    known = [" a b ", "c"]
    expected = {" a b ": ["1"], "c": ["2"]}
    for delimiter in ",;":
        body = f" a b {delimiter}c\n1{delimiter}2\n"
        assert read_rows(body.encode(), "text/csv", known) == expected
    body = json.dumps({"inputs": {"a b": ["1"], "c ": ["2"]}}).encode()
    assert read_rows(body, "application/json", known) == expected


def test_a_long_line_of_names_is_read():
    names = [f"column {number}" for number in range(9_000)]
    body = "\n".join([";".join(f'"{name}"' for name in names), ";".join("1" * len(names))])
    assert list(read_rows(body.encode(), "text/csv", names)) == names


def test_an_empty_line_is_a_missing_cell_of_a_single_column():
    assert read_rows(b"a\n1\n\n3\n", "text/csv", ["a"]) == {"a": ["1", "", "3"]}


@pytest.mark.parametrize("form", ["instances", "inputs"])
def test_arrays_need_no_name(form):
    rows = [[[1, 2]], [[3, 4]]]
    for content in ({form: rows}, {form: [{"x": row} for row in rows]}, {"inputs": {"x": rows}}):
        body = json.dumps(content).encode()
        assert read_rows(body, "application/json", ["x"]) == {"x": rows}


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ({"dataframe_split": []}, "dataframe_split must be an object of columns, data and maybe "),
        ({"dataframe_split": {"data": [[1]]}}, "dataframe_split must be an object of columns, "),
        ({"dataframe_split": {"columns": [None], "data": []}}, "columns of dataframe_split must "),
        ({"dataframe_split": {"columns": ["a"], "data": [1]}}, "data of dataframe_split must be a"),
        ({"dataframe_split": {"columns": ["a", "a"], "data": []}}, "dataframe_split has the "),
        (
            {"dataframe_split": {"columns": ["a", "b"], "data": [[1, 2], [1]]}},
            "row 1 of dataframe_split has 1 cell, not 2",
        ),
        ({"instances": 1}, "instances must be a list, one item per row"),
        ({"inputs": {"": [1]}}, "the rows lack the columns a, b; the model does not know a "),
        ({"instances": [[1, 2, 3]]}, "the rows lack the columns a, b; the model does not know 0, "),
        ({"instances": [{"a": 1, "b": 1}, {"a": 1}]}, "record 1 of instances lacks b, which other"),
        ({"inputs": {"a": [1], "b": 1}}, "inputs must have a list for each column"),
        ({"inputs": {"a": [1], "b": [1, 2]}}, "the columns of inputs must have the same length"),
        ({"inputs": {"a": [1], "z" * 200: [1]}}, "the rows lack the column b; the model does not"),
    ],
)  # fmt: skip
def test_other_rows_are_rejected(content, reason):
    with pytest.raises(RejectedRequest) as error:
        read_rows(json.dumps(content).encode(), "application/json", ["a", "b"])
    assert error.value.status == 400
    assert str(error.value).startswith(reason)


@pytest.mark.parametrize(
    "content",
    [
        {"instances": [[1, 2], [3, 4]]},
        {"inputs": [[1, 2], [3, 4]]},
        {"dataframe_split": {"columns": [0, 1], "data": [[1, 2], [3, 4]]}},
    ],
)
def test_columns_of_a_table_without_names_have_their_numbers(content):
    rows = read_rows(json.dumps(content).encode(), "application/json", ["0", "1"])
    assert rows == {"0": [1, 3], "1": [2, 4]}


def test_cells_without_lists_are_those_of_a_single_column():
    body = json.dumps({"instances": [5, 6]}).encode()
    assert read_rows(body, "application/json", ["0"]) == {"0": [5, 6]}


@pytest.mark.parametrize("form", ["dataframe_records", "instances", "inputs"])
def test_no_rows_have_no_cells(form):
    body = json.dumps({form: []}).encode()
    assert read_rows(body, "application/json", ["a", "b"]) == {"a": [], "b": []}


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ("[" * 100_000, "a value of the body is nested too deep"),
        ('{"instances": [' + "9" * 5_000 + "]}", "a number of the body has thousands of digits"),
        ('{"instances": [1,]}', "the body is not JSON in UTF-8 (Expecting value: line 1 column "),
    ],
    ids=["deep", "long", "comma"],
)
def test_what_python_does_not_read_is_told(body, reason):
    with pytest.raises(RejectedRequest) as error:
        read_rows(body.encode(), "application/json", ["a", "b"])
    assert error.value.status == 400
    assert str(error.value).startswith(reason)


@pytest.mark.parametrize(
    "body",
    [
        '{"dataframe_records": [{"a": 1, "b": 2}, {"a": 1, "b": 2, "a": 3}]}',
        '{"dataframe_records": [{"b": 2, "a": 1, "\\u0061": 1}]}',  # another spelling of it
        '{"inputs": {"a": [1], "b": [2], "a": [3]}}',
        '{"inputs": {"a": [{"a": 1, "a": 1}], "b": [2]}}',
        '{"a": [], "instances": [{"a": 1, "b": 2}], "a": []}',
    ],
)
def test_an_object_with_a_name_twice_is_rejected(body):
    with pytest.raises(RejectedRequest) as error:
        read_rows(body.encode(), "application/json", ["a", "b"])
    assert error.value.status == 400
    assert str(error.value) == "an object of the body has the name a twice"


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"", "the body is not CSV (it has no line of names)"),
        (b"a,b\n1\n", "row 0 of the body has 1 cell, not 2"),
        (b'a,b\n"1,2\n', "the body is not CSV (unexpected end of data)"),
        (b"a,b\n\xff,1\n", "the body is not CSV in UTF-8"),
    ],
)
def test_other_texts_are_no_csv(body, reason):
    with pytest.raises(RejectedRequest) as error:
        read_rows(body, "text/csv", ["a", "b"])
    assert str(error.value).startswith(reason)


def test_only_json_and_csv_in_utf8_are_read():
    assert check_content_type("Application/JSON ; charset=UTF-8") == "application/json"
    assert check_content_type("text/csv") == "text/csv"
    assert check_content_type("text/csv; charset=utf8; header=present") == "text/csv"
    for content_type in ("", "text/plain", "application/json; charset=latin-1", "\xff"):
        with pytest.raises(RejectedRequest) as error:
            check_content_type(content_type)
        assert error.value.status == 415
