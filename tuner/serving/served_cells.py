"""Reads the cells of rows to predict, as programs have them, into what an exported network takes.

`served_model.py` uses it, and an export copies it into the MLflow model. It needs MLflow and
pandas, and nothing of the package that it comes from but `level_spellings.py` and `cell_notes.py`.
"""

import re
from datetime import date, time
from decimal import Decimal
from itertools import chain
from typing import Any

import numpy as np
import pandas as pd
from mlflow.exceptions import MlflowException

from tuner.data.parsing.level_spellings import LARGEST_WHOLE, fold_level
from tuner.serving.cell_notes import CellNotes, make_error

__all__ = ["MISSING_TEXTS", "CellReader", "list_cells", "read_array"]

_SURROGATE = re.compile(r"[\ud800-\udfff]")  # JSON can have one alone, and UTF-8 cannot
_INVISIBLE = re.compile(  # blanks, and what has no width
    "[\\s\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180e\u200b-\u200f\u202a-\u202e"
    "\u2060-\u2064\u2066-\u206f\ufe00-\ufe0f\ufeff]*"
)
_NUMBER = re.compile(
    r"[+-]?(?:(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:e[+-]?[0-9]+)?|inf|infinity)", re.IGNORECASE
)
_PLAIN = {int, float, type(None)}
_NUMERIC = (float, int, np.number, Decimal)
_MAX_DECIMALS = 30  # float32 has no more, and the network reads no longer texts
MISSING_TEXTS = (
    *("", "NA", "N/A", "n/a", "n.a.", "N.A.", "<NA>", "NaN", "nan", "-NaN", "-nan"),
    *("null", "NULL", "None", "none", "?", "-", "--"),
    *("#N/A", "#VALUE!", "#DIV/0!", "#REF!", "#NUM!", "#NAME?", "#NULL!"),
)


class CellReader:
    """Reads cells: numbers, texts, truth values, dates and times; None, NaN and "" are missing.

    Args:
        schema: What `model.json` says of the columns.
    """

    def __init__(self, schema: dict[str, Any]) -> None:
        missing_texts: list[str] = schema.get("missing_texts", [])
        self._missing = {*MISSING_TEXTS, *missing_texts}
        numbers = [float(text) for text in missing_texts if _NUMBER.fullmatch(text)]
        self._missing_numbers = np.array(numbers, float)
        self._columns = {entry["name"]: entry for entry in schema["columns"]}
        self._shifted = {  # shift and unit of columns that float32 does not hold
            name: (entry.get("shift", 0.0), entry.get("unit", 1.0))
            for name, entry in self._columns.items()
            if "shift" in entry or "unit" in entry
        }
        self._known = {
            name: _map_spellings(entry, missing_texts) for name, entry in self._columns.items()
        }
        self._known_texts = {  # of columns where an unseen level is told
            name: {"", *self._known[name].values()}
            for name, entry in self._columns.items()
            if entry["kind"] in {"categorical", "boolean"} and not entry.get("other")
        }

    def read_numbers(self, cells: dict[str, list[Any]], dtype: str, notes: CellNotes) -> np.ndarray:
        """Return the numbers of columns, shape `(rows, columns)`, NaN if one is missing."""
        try:
            if not _PLAIN.issuperset(map(type, chain.from_iterable(cells.values()))):
                raise ValueError("there are other cells than numbers")
            read = np.array(list(cells.values()), float)
        except (ValueError, OverflowError):  # such as 10**400
            read = np.array([self._read_column(name, v, notes) for name, v in cells.items()], float)
        read[_find_numbers(read, self._missing_numbers)] = np.nan
        features = read
        if not self._shifted.keys().isdisjoint(cells):
            shifts, units = np.array([self._shifted.get(name, (0.0, 1.0)) for name in cells]).T
            features = (read - shifts[:, None]) / units[:, None]
        features = _to_float32(features)
        infinite = np.isinf(features)
        for place in np.flatnonzero(infinite.any(axis=1)):
            column, rows = list(cells)[place], np.flatnonzero(infinite[place]).tolist()
            notes.settle_bad(column, cells[column], rows, "a finite number in float32")
        read[infinite] = np.nan
        return np.asarray(read.T.astype(dtype))

    def _read_column(self, column: str, cells: list[Any], notes: CellNotes) -> list[float]:
        numbers = [_read_number(column, cell, self._missing) for cell in cells]
        notes.settle_bad(column, cells, [i for i, n in enumerate(numbers) if n is None], "a number")
        return [np.nan if number is None else number for number in numbers]

    def read_texts(self, column: str, cells: list[Any], notes: CellNotes) -> list[str]:
        """Return the cells of a column as texts, as the data had them; "" if one is missing."""
        texts = self._format_texts(column, cells)
        known = self._known_texts.get(column)
        if known is not None and not known.issuperset(texts):
            notes.count_unseen(column, [text for text in texts if text not in known])
        return texts

    def _format_texts(self, column: str, cells: list[Any]) -> list[str]:
        described, known = self._columns[column], self._known[column]
        if described["kind"] == "numeric":  # the data have texts such as 1.234,5
            cells = [_format_decimal(cell, described["notation"][5]) for cell in cells]
        if not {str}.issuperset(map(type, cells)):
            return [_find_level(described, known, _format_cell(column, cell)) for cell in cells]
        texts = {t: _find_level(described, known, _format_cell(column, t)) for t in set(cells)}
        return [texts[cell] for cell in cells]

    def settle_unread(
        self, column: str, cells: list[Any], texts: list[str], unread: np.ndarray, notes: CellNotes
    ) -> None:
        """Settle the cells that the network could not read, unless they are missing.

        Args:
            column: A column of numbers or dates in texts.
            cells: Its cells.
            texts: What `read_texts` made of them.
            unread: Which of them the network could not read, shape `(rows,)`, bool.
            notes: What becomes of them.
        """
        described = self._columns[column]
        kind = "a number" if described["kind"] == "numeric" else "a date"
        rows = [
            row
            for row in np.flatnonzero(unread).tolist()
            if texts[row].strip() not in self._missing
        ]
        notes.settle_bad(column, cells, rows, f"{kind} like {described['notation']}")


def list_cells(values: Any) -> list[Any]:
    """Return the cells of a list, an array or a pandas Series."""
    cells: list[Any] = values if isinstance(values, list) else pd.Series(values).tolist()
    return cells


def _map_spellings(described: dict[str, Any], missing_texts: list[str]) -> dict[str, str]:
    """Return the text that the network takes for each known spelling of a level, or of none."""
    levels: list[str] = described["levels"]
    spellings = [text for _, text in described.get("spellings", [])]
    normalised = {_normalise(described, level): level for level in levels}
    known = normalised if len(normalised) == len(levels) else {}  # if no two levels become equal
    missing = dict.fromkeys(missing_texts, "")
    return known | missing | {text: text for text in [*levels, *spellings]}


def _find_level(described: dict[str, Any], known: dict[str, str], text: str) -> str:
    """Return the text that the network takes for a cell; an unknown text is returned unchanged."""
    if not known:
        return text
    for spelling in (text, text.strip()):
        if spelling in known:
            return known[spelling]
    return known.get(_normalise(described, text)) or text  # what means missing has one case only


def _normalise(described: dict[str, Any], text: str) -> str:
    """Return a text without outer blanks and what depends on types, a truth value in lower case."""
    text = text.strip()
    return text.lower() if described["kind"] == "boolean" else fold_level(text)


def _format_decimal(value: Any, decimal: str) -> Any:
    """Return a fraction as text with a decimal separator; return other values unchanged."""
    if not isinstance(value, float | np.floating | Decimal) or not np.isfinite(float(value)):
        return value
    value = float(value) if isinstance(value, Decimal) else value
    return np.format_float_positional(value, precision=_MAX_DECIMALS, trim="-").replace(
        ".", decimal
    )


def _format_cell(column: str, value: Any) -> str:
    """Return a cell as text: 3 and 3.0 as "3", True as "true", dates and times in ISO 8601."""
    if isinstance(value, str):
        if not value.isascii() and _SURROGATE.search(value):
            raise make_error(column, f"{value!r:.40} has half of a character; fix the cell")
        return "" if _INVISIBLE.fullmatch(value) else value
    if pd.api.types.is_scalar(value) and pd.isna(value):
        return ""
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, bool | np.bool_):
        return str(value).lower()
    if isinstance(value, int | np.integer):
        return str(value)
    if isinstance(value, float | np.floating | Decimal):
        number = float(value)
        whole = number.is_integer() and abs(number) < LARGEST_WHOLE
        return str(int(number)) if whole else str(number if isinstance(value, Decimal) else value)
    raise _make_type_error(column, value)


def _read_number(column: str, value: Any, missing: set[str]) -> float | None:
    """Return the number in a cell: NaN if it is missing, None if there is none."""
    if isinstance(value, str):
        text = value.strip()
        if text in missing or _INVISIBLE.fullmatch(text):
            return np.nan
        return float(text) if _NUMBER.fullmatch(text) else None
    if isinstance(value, bool | np.bool_):
        return None
    if isinstance(value, _NUMERIC):
        try:
            return float(value)
        except OverflowError:
            return np.inf
    if pd.api.types.is_scalar(value) and pd.isna(value):
        return np.nan
    raise _make_type_error(column, value)


def _find_numbers(values: np.ndarray, numbers: np.ndarray) -> np.ndarray:
    """Return which values are one of some numbers, as a file is read: in float32, but for 0."""
    single = _to_float32(numbers)
    near = single[np.isfinite(single) & (single != 0)]
    return np.isin(values, numbers) | np.isin(_to_float32(values), near)


def _to_float32(values: np.ndarray) -> np.ndarray:
    with np.errstate(over="ignore"):
        return values.astype(np.float32)


def read_array(column: str, values: Any, shape: tuple[int, ...]) -> np.ndarray:
    """Return the rows of an array, shape `(rows, *shape)`, float32."""
    try:
        with np.errstate(over="ignore"):
            numbers = np.asarray(values, np.float32)
        if not numbers.ndim or (len(numbers) and numbers.shape[1:] != shape):
            raise ValueError(f"a row has the shape {numbers.shape[1:]}, not {shape}")
        numbers = numbers.reshape(-1, *shape)
    except (TypeError, ValueError, OverflowError) as error:
        raise make_error(column, f"{error!s:.80}") from error
    if not np.isfinite(numbers).all():  # NumPy makes NaN of a number that is absent
        raise make_error(
            column, "a number is absent or not finite in float32; replace it, or leave out its row"
        )
    return numbers


def _make_type_error(column: str, value: Any) -> MlflowException:
    fault = f"{value!r:.40} is neither text, number nor truth value; give one of them, or null"
    return make_error(column, fault)
