"""What a Python program gives a search, as JSON values that are the same in every process.

A study keeps them, so that a search with other code or settings does not resume it. Code is known
by its bytecode, so that comments may change; the functions and values of its own module that it
uses are a part of it.
"""

import dataclasses
import datetime
import enum
import functools
import hashlib
import inspect
import json
import math
import re
import sys
import types
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from decimal import Decimal
from fractions import Fraction
from pathlib import PurePath
from typing import Any

import numpy as np

__all__ = ["describe_value"]

Seen = frozenset[int]
"""The ids of what is being described, which may refer to itself."""

_LIBRARIES = ("builtins", "keras", "keras_tuner", "numpy", "tensorflow", "tuner")
_WITHOUT_EFFECT = ("name", "verbose", "restore_best_weights")
_DEEPEST = 8  # lists within lists of a module's values
_DEEPEST_CODE = 40  # functions that call functions, and what these use
_LONGEST = 80  # characters of a text that is kept as it is
_ATTRIBUTE_KINDS = (
    *(bool, int, float, str, np.ndarray, np.generic),
    *(list, tuple, dict, types.FunctionType),
)
"""What of an object's or a class's attributes is described."""
_DATES = (datetime.date, datetime.time, datetime.timedelta)
_KNOWN_BY_REPR = (bytes, complex, range, slice, *_DATES, PurePath, Fraction, Decimal)
"""What its `repr` tells whole."""
_PARTS_OF_KIND: dict[type, Callable[[Any], list[Any]]] = {
    types.SimpleNamespace: lambda value: [vars(value)],
    enum.Enum: lambda value: [value.name, value.value],
    re.Pattern: lambda value: [value.pattern, value.flags],
    property: lambda value: [value.fget],
    functools.cached_property: lambda value: [value.func],
}
_CODE_VERSION = 3  # of descriptions of code; 2 left out what is no number, text or list of them
_CODE_PREFIX = "code of Python "
_CODE = f"{_CODE_PREFIX}{sys.version_info.major}.{sys.version_info.minor}, way {_CODE_VERSION}, "


def describe_value(value: Any, seen: Seen = frozenset()) -> Any:
    """Return a value as JSON values.

    An object is known by its class and by what its constructor was given.

    Args:
        value: Numbers, arrays, functions, callbacks, optimizers …
        seen: The ids of what it is a part of.
    """
    value = value.item() if isinstance(value, np.generic) else value
    if value is None or isinstance(value, bool | int):
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else repr(value)
    if isinstance(value, str):
        return value if len(value) <= _LONGEST else f"text {_hash(value)}"
    if id(value) in seen or len(seen) > _DEEPEST_CODE:
        return type(value).__name__
    return _describe_whole(value, seen | {id(value)})


def _describe_whole(value: Any, seen: Seen) -> Any:  # noqa: PLR0911  (one for each kind)
    """Return a value that has parts."""
    if isinstance(value, Mapping):
        return {str(key): describe_value(inner, seen) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [describe_value(inner, seen) for inner in value]
    if isinstance(value, set | frozenset):
        return sorted(json.dumps(describe_value(inner, seen)) for inner in value)
    if isinstance(value, functools.partial):
        return [describe_value(part, seen) for part in (value.func, value.args, value.keywords)]
    if (parts := _split_into_parts(value)) is not None:  # each is known whole, as code is
        described = [describe_value(part, seen) for part in parts]
        return _CODE + _hash([type(value).__name__, described])
    if isinstance(value, types.FunctionType | types.MethodType):
        function: Any = getattr(value, "__func__", value)
        if _is_of_library(function):
            return function.__qualname__
        return _CODE + _hash(list(_list_parts(function, seen)))
    if inspect.isclass(value):
        return _describe_class(value, seen)
    if isinstance(value, types.BuiltinFunctionType | np.ufunc | types.ModuleType):
        return value.__name__
    if hasattr(value, "dtype") and hasattr(value, "shape"):
        array = np.asarray(value)
        is_object = array.dtype.kind == "O"
        content = describe_value(array.tolist(), seen) if is_object else array.tobytes().hex()
        return f"array {array.shape} {_hash(content)}"
    return _describe_object(value, seen)


def _split_into_parts(value: Any) -> list[Any] | None:
    """Return the parts of a value that consists of some; None if it does not."""
    if isinstance(value, _KNOWN_BY_REPR):
        return [repr(value)]
    for kind, get_parts in _PARTS_OF_KIND.items():
        if isinstance(value, kind):
            return get_parts(value)
    if hasattr(value, "columns") and hasattr(value, "to_numpy"):  # a data frame
        return [list(map(str, value.columns)), value.to_numpy()]
    return None


def _list_parts(function: types.FunctionType, seen: Seen) -> Iterator[Any]:
    """Yield all that decides what a function does."""
    names: set[str] = set()
    yield _describe_bytecode(function.__code__, names, seen)
    yield describe_value([function.__defaults__, function.__kwdefaults__], seen)
    for cell in function.__closure__ or ():
        try:
            yield describe_value(cell.cell_contents, seen)
        except ValueError:  # it is not filled yet
            yield None
    for name in sorted(names & function.__globals__.keys()):
        value = function.__globals__[name]
        is_near = getattr(value, "__module__", None) == function.__module__ and callable(value)
        if is_near or _is_setting(value):
            yield [name, describe_value(value, seen)]


def _is_setting(value: Any, deep: int = 0) -> bool:
    """Return whether a value is a setting, or holds nothing else: no rows, no networks."""
    if deep > _DEEPEST:
        return False
    if isinstance(value, functools.partial):
        value = [*value.args, *value.keywords.values()]
    elif isinstance(value, types.SimpleNamespace):
        value = vars(value)
    elif dataclasses.is_dataclass(value) and not inspect.isclass(value):
        value = [getattr(value, each.name, None) for each in dataclasses.fields(value)]
    if isinstance(value, Mapping | list | set | frozenset):
        inner = value.values() if isinstance(value, Mapping) else value
        return all(_is_setting(each, deep + 1) for each in inner)
    single = (bool, int, float, str, tuple, np.generic, enum.Enum, re.Pattern, *_KNOWN_BY_REPR)
    return value is None or isinstance(value, single) or _is_configured(value)


def _is_configured(value: Any) -> bool:
    """Return whether a value is an object of Keras that no training changes: a regularizer."""
    kind = type(value)
    is_of_keras = str(kind.__module__).partition(".")[0] == "keras"
    return is_of_keras and hasattr(kind, "get_config") and not hasattr(kind, "variables")


def _describe_bytecode(code: types.CodeType, names: set[str], seen: Seen) -> Any:
    """Return what a piece of code does, and add the names that it uses."""
    names.update(code.co_names)
    constants = [
        _describe_bytecode(constant, names, seen)
        if isinstance(constant, types.CodeType)
        else describe_value(constant if not isinstance(constant, bytes) else repr(constant), seen)
        for constant in code.co_consts
    ]
    return [code.co_code.hex(), list(code.co_names), constants]


def _describe_class(kind: type, seen: Seen) -> str:
    """Return the name of a library's class, and the code of any other with its bases."""
    if _is_of_library(kind):
        return kind.__name__
    members = [
        [name, describe_value(getattr(member, "__func__", member), seen)]
        for name, member in sorted(vars(kind).items())
        if _is_member(getattr(member, "__func__", member)) and name != "__module__"
    ]
    return _CODE + _hash([members, [describe_value(base, seen) for base in kind.__bases__]])


def _is_member(value: Any) -> bool:
    kinds = (*_ATTRIBUTE_KINDS, property, functools.cached_property)
    return isinstance(value, kinds) or _is_setting(value)


def _describe_object(value: Any, seen: Seen) -> Any:
    """Return the class of an object, and what its constructor was given."""
    kind = type(value)
    if _is_of_library(kind):
        return {kind.__name__: _describe_attributes(value, seen)}
    # texts may be secret, such as the address of a chat
    kept = {
        name: inner if _may_be_kept(inner) else _hash(inner)
        for name, inner in _describe_attributes(value, seen).items()
    }
    return {kind.__name__: {"code": _describe_class(kind, seen), **kept}}


def _may_be_kept(described: Any) -> bool:
    """Return whether a description tells no text of the person's: a number, or the hash of code."""
    is_code = isinstance(described, str) and described.startswith(_CODE_PREFIX)
    return described is None or is_code or isinstance(described, bool | int | float)


def _describe_attributes(value: Any, seen: Seen) -> dict[str, Any]:
    given = list(inspect.signature(type(value).__init__).parameters.values())[1:]
    names = [
        each.name for each in given if each.kind not in (each.VAR_POSITIONAL, each.VAR_KEYWORD)
    ]
    attributes = {}
    for name in names:
        with suppress(Exception):  # a property of the person's may raise anything
            attributes[name] = getattr(value, name)
    if hasattr(value, "get_config") and _is_of_library(type(value)):
        with suppress(NotImplementedError):  # it has a part of a class that has no `get_config`
            attributes = value.get_config()
    elif len(attributes) < len(names):  # it keeps them under other names
        slots = getattr(type(value), "__slots__", ())
        others = {name: getattr(value, name, None) for name in slots} | getattr(
            value, "__dict__", {}
        )
        attributes |= {
            n: inner for n, inner in others.items() if isinstance(inner, _ATTRIBUTE_KINDS)
        }
    return {
        name: describe_value(inner, seen)
        for name, inner in attributes.items()
        if name not in _WITHOUT_EFFECT
    }


def _is_of_library(code: Any) -> bool:
    return str(code.__module__).partition(".")[0] in _LIBRARIES


def _hash(value: Any) -> str:
    return hashlib.sha256(json.dumps(value).encode()).hexdigest()[:12]
