"""Checks that what a Python program gives has the type that its argument takes.

The command line reads its options as their types; a program may give anything.
"""

import os
from collections.abc import Iterable, Mapping
from numbers import Integral, Real
from pathlib import Path
from typing import Any, Literal

from tuner.errors import UserError

__all__ = ["Kind", "check_type", "check_types", "list_texts", "read_path"]

Kind = Literal["whole number", "number", "truth value", "text"]
_SUCH_AS: dict[Kind, str] = {
    "whole number": "a whole number, such as 3",
    "number": "a number, such as 0.5",
    "truth value": "True or False",
    "text": "a text",
}


def check_type(option: str, value: Any, kind: Kind) -> Any:
    """Return the value of an argument; one of numpy becomes one of Python.

    Args:
        option: The argument, as the command line names it.
        value: Its value.
        kind: What it takes.

    Raises:
        UserError: The value is of another type.
    """
    if kind == "text":
        if isinstance(value, str):
            return str(value)
    elif type(value).__name__ in {"bool", "bool_"}:  # numpy's is `bool` or `bool_`
        if kind == "truth value":
            return bool(value)
    elif kind == "whole number" and isinstance(value, Integral):
        return int(value)
    elif kind == "number" and isinstance(value, Real):
        return int(value) if isinstance(value, Integral) else float(value)
    raise UserError(f"{option}: expected {_SUCH_AS[kind]}; received {value!r:.80}")


def check_types(values: Mapping[str, Any], kinds: Mapping[str, Kind]) -> None:
    """Check arguments of which each may be None.

    Args:
        values: By the name that the command line gives them.
        kinds: What each takes.

    Raises:
        UserError: A value is of another type.
    """
    for option, kind in kinds.items():
        if values[option] is not None:
            check_type(option, values[option], kind)


def read_path(option: str, value: Any) -> Path:
    """Return the path that an argument or an option gives.

    An empty one, as of a variable that is not set, is no path: it would be the working folder.

    Raises:
        UserError: The value is no path, or an empty one.
    """
    if not isinstance(value, str | os.PathLike):
        raise UserError(f"{option}: expected a path; received {value!r:.80}")
    path = os.fspath(value)
    if not path or not isinstance(path, str):
        raise UserError(f"{option}: {'the path is empty' if not path else 'it is bytes'}; give one")
    return Path(path)


def list_texts(option: str, values: Any) -> tuple[str, ...]:
    """Return the texts of an argument that takes several names or values.

    Raises:
        UserError: The value is no list, or holds None.
    """
    if isinstance(values, bytes | Mapping) or not isinstance(values, Iterable):
        raise UserError(f"{option}: expected a list, such as ['a', 'b']; received {values!r:.80}")
    texts = list(values)
    if any(text is None for text in texts):
        raise UserError(f"{option}: None is in the list; leave it out")
    return tuple(map(str, texts))
