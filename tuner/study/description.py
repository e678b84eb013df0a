"""Reads the description of a study, and checks all of it once: people edit it."""

import json
import math
from collections.abc import Mapping
from dataclasses import fields
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np

from tuner.data import READING
from tuner.errors import StudyError, UserError, one_line
from tuner.files.checksums import read_sealed
from tuner.files.whole_files import read_file
from tuner.space import Space, check_stored_values
from tuner.study.records import StudyRecord
from tuner.study.settings import SearchSettings

__all__ = ["UNREADABLE", "read_description"]

Shape: TypeAlias = Any
"""The form of a JSON value.

A kind of `_KINDS` by its name; `[shape]`, a list; `{"name": shape}`, an object, in which an entry
`"name?"` may be absent and `"*"` stands for any others; or a tuple of shapes, one of which it has.
"""

# What reading a damaged file of ours may raise; settings out of their range are a `UserError`.
UNREADABLE = (
    OSError,
    ValueError,
    LookupError,
    TypeError,
    AttributeError,
    OverflowError,
    RecursionError,
    UserError,
)
_KINDS: dict[str, tuple[type, ...]] = {
    "a text": (str,),
    "a whole number": (int,),
    "a number": (int, float),
    "true or false": (bool,),
    "null": (type(None),),
}
_ANY = object()
_VALUE = ("a text", "a number", "true or false")
_TEXT_OR_NULL = ("a text", "null")
_ROWS = ["a whole number"]

_HYPERMODEL = {"hypermodel": "a text", "sha256?": "a text", "given?": "true or false", "*": _ANY}
_SPACE = {
    "name": "a text",
    "title": "a text",
    "compare": _TEXT_OR_NULL,
    "hyperparameters": [
        {
            "name": "a text",
            "domain": {
                "kind": "a text",
                "value?": _VALUE,
                "options?": [_VALUE],
                "min?": "a number",
                "max?": "a number",
                "step?": ("a number", "null"),
                "log?": "true or false",
            },
            "conditions": [{"parent": "a text", "values": [_VALUE]}],
        }
    ],
    "first?": [{"name": "a text", "values": {"*": _VALUE}}],
    "arguments?": _ANY,
}
_ARRAYS = {
    "name": "a text",
    "rows": "a whole number",
    "classes": ["a text"],
    "fingerprint?": "a text",
    "groups?": _TEXT_OR_NULL,
    "order?": _TEXT_OR_NULL,
    "*": _ANY,  # tests and later versions may keep more
}
_SOURCED = {
    **_ARRAYS,
    "source": "a text",
    "target": _TEXT_OR_NULL,
    "categorical": ["a text"],
    "ignore": ["a text"],
    "features": "a whole number",
    "fingerprint": "a text",
    "missing?": ["a text"],
    "rare_classes?": "a text",
    "reading?": "a whole number",
    "left_out_classes?": {"*": "a whole number"},
    "pooled_classes?": {"*": "a whole number"},
}
_DESCRIPTION = {
    "name": "a text",
    "space": "a text",
    "title": "a text",
    "definition": {"*": _ANY},
    "data": {"*": _ANY},
    # SearchSettings checks their values
    "settings": {f"{field.name}?": _ANY for field in fields(SearchSettings)},
    "split": {"test": _ROWS, "folds": [_ROWS], "before?": _ROWS},
    "versions": {"*": "a text"},
    "row_time?": (
        "null",
        {
            **dict.fromkeys(("call", "layer", "million"), "a number"),
            **dict.fromkeys(("block?", "block_million?", "shared?"), "a number"),
        },
    ),
    "warm_start?": (
        "null",
        {"study": "a text", "id": "a text", "configurations": [{"*": _VALUE}]},
    ),
    "id": "a text",
}


def read_description(path: Path, name: str) -> StudyRecord:
    """Return the record that a study's description has, once all of it is checked.

    Args:
        path: The file, as this version or an earlier one wrote it.
        name: The study's name; its folder may have been renamed or copied.

    Raises:
        StudyError: It cannot be read, has not the form of a description, or its parts do not fit
            together.
    """
    try:
        content = read_sealed(read_file(path).decode())
        return _read_record({**content, "name": name})
    except UNREADABLE as error:
        is_edited = isinstance(error, UserError)
        raise StudyError(
            f"study description {path} cannot be read ({error if is_edited else one_line(error)}); "
            f"{'correct that, or ' if is_edited else ''}restore the file from a copy"
        ) from error


def _read_record(content: Mapping[str, Any]) -> StudyRecord:
    _check(content, _DESCRIPTION, "")
    definition, data, folds = content["definition"], content["data"], content["split"]["folds"]
    _check(definition, _HYPERMODEL if "hypermodel" in definition else _SPACE, "definition")
    _check(data, _SOURCED if "source" in data else _ARRAYS, "data")
    if not folds or not all(folds):
        raise StudyError("split.folds: expected the rows of each fold; received none")
    if len(data["classes"]) < 2:
        raise StudyError("data.classes: expected two or more")
    if not 1 <= (reading := data.get("reading", 1)) <= READING:
        raise StudyError(f"data.reading: expected 1 to {READING}; received {reading}")
    record = StudyRecord.from_dict(content)
    if "hypermodel" not in definition:
        space = Space.from_dict(definition)
        if "source" in data:  # else a hypermodel of Python has named the values
            check_stored_values(space)
    _check_rows(record)
    return record


def _check(value: Any, shape: Shape, place: str) -> None:
    """Check that a JSON value at a place of the description has a shape.

    Raises:
        StudyError: It has another one.
    """
    if shape is _ANY:
        return
    shapes = shape if isinstance(shape, tuple) else (shape,)
    fitting = next((each for each in shapes if _is_kind(value, each)), None)
    if fitting is None:
        raise StudyError(
            f"{place}: expected {' or '.join(map(_name_kind, shapes))}; received "
            f"{json.dumps(value):.80}"
        )
    if isinstance(fitting, list):
        if fitting is _ROWS and set(map(type, value)) == {int}:
            return  # a study of a million rows has as many numbers
        for number, part in enumerate(value):
            _check(part, fitting[0], f"{place}[{number}]")
    elif isinstance(fitting, dict):
        _check_entries(value, fitting, place)


def _check_entries(value: Mapping[str, Any], shape: Mapping[str, Shape], place: str) -> None:
    parts = {name.removesuffix("?"): part for name, part in shape.items()}
    before = f"{place}." if place else ""
    for name in shape:
        if name not in value and not name.endswith(("?", "*")):
            raise StudyError(f"{before}{name}: it is missing")
    for name, part in value.items():
        if name not in parts and "*" not in parts:
            raise StudyError(f"{before}{name}: a description has no such entry")
        _check(part, parts.get(name, parts.get("*")), f"{before}{name}")


def _is_kind(value: Any, shape: Shape) -> bool:
    if isinstance(shape, list | dict):
        return isinstance(value, type(shape))
    infinite = isinstance(value, float) and not math.isfinite(value)
    return type(value) in _KINDS[shape] and not infinite


def _name_kind(shape: Shape) -> str:
    if isinstance(shape, str):
        return shape
    return "a list" if isinstance(shape, list) else "an object"


def _check_rows(record: StudyRecord) -> None:
    """Check that the folds and the test part are made of the rows, as the settings ask for.

    Raises:
        StudyError: They are not.
    """
    split, settings, rows = record.split, record.settings, record.data["rows"]
    expected = settings.folds * settings.repeats
    if len(split.folds) != expected:
        raise StudyError(f"split.folds: expected {expected} folds; received {len(split.folds)}")
    used = np.sort(np.concatenate([split.train, split.test]))
    if not np.array_equal(used, np.arange(len(used))) or len(used) != rows:
        raise StudyError(f"split: expected each row from 0 to {rows - 1} once")
    counts = np.bincount(np.concatenate([fold.validation for fold in split.folds]))
    if set(counts[counts > 0]) != {settings.repeats}:
        raise StudyError(f"split.folds: each row must be in {settings.repeats} of them")
