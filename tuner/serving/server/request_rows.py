"""Reads the rows of a request, in each form that MLflow documents for `/invocations`.

JSON has one of `dataframe_records`, `dataframe_split`, `instances` and `inputs`; other keys are
ignored, and no object may have a name twice. CSV has a line of names first; a byte order mark, and
semicolons, tabs or bars in place of commas, or a first line `sep=;`, are read as in a file.
"""

import csv
import io
import json
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any

from tuner.data import spell_names
from tuner.data.readers.csv_layout import find_named_delimiter
from tuner.serving.server.rejection import RejectedRequest
from tuner.words import count_noun, list_first

__all__ = ["Columns", "check_content_type", "list_names", "read_rows"]

Columns = dict[str, list[Any]]
"""The cells of each column, by its name; all have the same length."""

_JSON, _CSV = "application/json", "text/csv"
_PARAMETERS = {
    "",
    *("charset=utf-8", 'charset="utf-8"', "charset=utf8", "charset=us-ascii"),  # parts of UTF-8
    "header=present",  # of CSV
}
_DELIMITERS = ",;\t|"
_SAMPLE = 1 << 16  # characters in which the delimiter is looked for


def check_content_type(content_type: str) -> str:
    """Return the type of a body without its parameters.

    Raises:
        RejectedRequest: It is neither JSON nor CSV in UTF-8.
    """
    kind, *parameters = content_type.lower().split(";")
    if kind.strip() not in {_JSON, _CSV}:
        raise RejectedRequest(415, f"the content type must be {_JSON} or {_CSV}")
    if any(parameter.strip() not in _PARAMETERS for parameter in parameters):
        raise RejectedRequest(415, "the content type may have no parameter except charset=utf-8")
    return kind.strip()


def read_rows(body: bytes, kind: str, known: Sequence[str]) -> Columns:
    """Return the rows of a request as columns, all that it has.

    Args:
        body: The body of the request.
        kind: Its content type, as `check_content_type` returns it.
        known: The names of the model's columns; `["x"]` if it takes arrays.

    Raises:
        RejectedRequest: The body is not in one of the forms, or lacks a column.
    """
    try:
        text = body.decode("utf-8-sig")
    except ValueError as error:
        name = "JSON" if kind == _JSON else "CSV"
        raise RejectedRequest(400, f"the body is not {name} in UTF-8 ({error})") from error
    if kind == _CSV:
        columns = _read_csv(text, known)
    else:
        form, rows = _find_form(text)
        columns = _FORMS[form](form, rows, known)
    columns = dict(zip(spell_names(list(columns), known), columns.values(), strict=True))
    if lacking := [name for name in known if name not in columns]:
        unknown = columns.keys() - set(known)
        raise RejectedRequest(400, _describe_lack(lacking, [c for c in columns if c in unknown]))
    return columns


def _find_form(text: str) -> tuple[str, Any]:
    """Return the form of a JSON body, and its rows in that form."""
    try:
        content = _DECODER.decode(text)
    except RecursionError as error:
        raise RejectedRequest(400, "a value of the body is nested too deep") from error
    except json.JSONDecodeError as error:
        raise RejectedRequest(400, f"the body is not JSON in UTF-8 ({error!s:.100})") from error
    except ValueError as error:  # Python reads whole numbers up to a length
        raise RejectedRequest(400, "a number of the body has thousands of digits") from error
    forms = [form for form in _FORMS if isinstance(content, dict) and form in content]
    if len(forms) != 1:
        raise RejectedRequest(400, f"the body must be an object with one of {', '.join(_FORMS)}")
    return forms[0], content[forms[0]]


def _refuse_twice(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Return an object of JSON, of which each name must stand once: `json` takes the last one."""
    content = dict(pairs)
    if len(content) < len(pairs):
        twice = next(n for n, count in Counter(name for name, _ in pairs).items() if count > 1)
        raise RejectedRequest(400, f"an object of the body has the name {twice:.80} twice")
    return content


def _read_records(form: str, rows: Any, known: Sequence[str]) -> Columns:
    """Read objects, one a row, all with the same fields: an absent field is no missing value."""
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise RejectedRequest(400, f"{form} must be a list of objects, one per row")
    if not rows:
        return {name: [] for name in known}
    fields = dict.fromkeys(field for row in rows for field in row)
    for number, row in enumerate(rows):
        if len(row) < len(fields):
            absent = next(field for field in fields if field not in row)
            raise RejectedRequest(
                400,
                f"record {number} of {form} lacks {absent:.80}, which other records have; give "
                "null for a missing value",
            )
    return {name: [row[name] for row in rows] for name in fields}


def _read_split(form: str, rows: Any, known: Sequence[str]) -> Columns:
    """Read an object of names and of lists, one a row."""
    if not isinstance(rows, dict) or not {"columns", "data"} <= rows.keys() <= _SPLIT:
        raise RejectedRequest(400, f"{form} must be an object of columns, data and maybe index")
    names, data = rows["columns"], rows["data"]
    if not isinstance(names, list) or not all(type(name) in (str, int) for name in names):
        raise RejectedRequest(400, f"columns of {form} must be a list of names")
    if not isinstance(data, list) or not all(isinstance(row, list) for row in data):
        raise RejectedRequest(400, f"data of {form} must be a list of lists, one per row")
    return _join_columns(form, list(map(str, names)), data)  # pandas names columns 0, 1, …


def _read_instances(form: str, rows: Any, known: Sequence[str]) -> Columns:
    """Read objects or, of a model with one input, the cells of that input."""
    if not isinstance(rows, list):
        raise RejectedRequest(400, f"{form} must be a list, one item per row")
    if all(isinstance(row, dict) for row in rows):  # also if there are none
        return _read_records(form, rows, known)
    if list(known) == ["x"]:
        return {"x": rows}
    cells = [row if isinstance(row, list) else [row] for row in rows]
    names = [str(number) for number in range(max(map(len, cells)))]
    return _join_columns(form, names, cells)  # as MLflow names what has no names


def _read_inputs(form: str, rows: Any, known: Sequence[str]) -> Columns:
    """Read the cells of each column by its name; a single row may have no lists."""
    if not isinstance(rows, dict):
        return _read_instances(form, rows, known)
    if not any(isinstance(cells, list) for cells in rows.values()):
        return {name: [cell] for name, cell in rows.items()}
    if not all(isinstance(cells, list) for cells in rows.values()):
        raise RejectedRequest(400, f"{form} must have a list for each column")
    if len({len(cells) for cells in rows.values()}) > 1:
        raise RejectedRequest(400, f"the columns of {form} must have the same length")
    return rows


def _read_csv(text: str, known: Sequence[str]) -> Columns:
    """Read CSV with a line of names. Every cell is a text."""
    try:
        lines = io.StringIO(text, newline="")
        delimiter = find_named_delimiter(lines.readline())
        if delimiter is None:
            lines.seek(0)
            delimiter = max(_DELIMITERS, key=lambda each: _count_known(text, each, known))
        rows = csv.reader(lines, delimiter=delimiter, strict=True)
        names = [name.strip() for name in next(rows, [])]
        # as in a file, an empty line is a missing cell of a single column
        cells = [row or [""] for row in rows if row or len(names) == 1]
    except csv.Error as error:
        raise RejectedRequest(400, f"the body is not CSV ({error})") from error
    if not any(names):
        raise RejectedRequest(400, "the body is not CSV (it has no line of names)")
    return _join_columns("the body", names, cells)


def _count_known(text: str, delimiter: str, known: Sequence[str]) -> int:
    """Return how many columns of the model the line of names has with a delimiter."""
    sample = io.StringIO(text[:_SAMPLE], newline="")
    names = next(csv.reader(sample, delimiter=delimiter), [])
    return len({name.strip() for name in names}.intersection(map(str.strip, known)))


def _join_columns(form: str, names: list[str], rows: list[list[Any]]) -> Columns:
    if len(set(names)) < len(names):
        twice = next(name for name, count in Counter(names).items() if count > 1)
        raise RejectedRequest(400, f"{form} has the column {twice:.80} twice")
    for number, row in enumerate(rows):
        if len(row) != len(names):
            raise RejectedRequest(
                400,
                f"row {number} of {form} has {count_noun(len(row), 'cell')}, not {len(names):,}",
            )
    return {name: [row[place] for row in rows] for place, name in enumerate(names)}


def _describe_lack(lacking: list[str], unknown: list[str]) -> str:
    """Return which columns rows lack, and which they have that the model does not know."""
    noun = "column" if len(lacking) == 1 else "columns"
    known = f"; the model does not know {list_names(unknown)}" if unknown else ""
    return f"the rows lack the {noun} {list_names(lacking)}{known}"


def list_names(names: Sequence[str]) -> str:
    """Return the first names of some columns in words; that of pandas's index is empty in CSV."""
    return list_first([f"{name:.80}" or "a column without a name" for name in names])


_DECODER = json.JSONDecoder(object_pairs_hook=_refuse_twice)
_SPLIT = {"columns", "data", "index"}
_FORMS: dict[str, Callable[[str, Any, Sequence[str]], Columns]] = {
    "dataframe_records": _read_records,
    "dataframe_split": _read_split,
    "instances": _read_instances,
    "inputs": _read_inputs,
}
