"""Reads JSON in small steps, so that a long text does not keep other threads waiting.

Python's own reader reads a text of 16 MB in one step, which takes half a second and lets no other
thread run. Here it reads only what is short; the steps between are Python's.
"""

import json
import re
from collections.abc import Callable, Iterator
from typing import Any

from tuner.serving.server.rejection import RejectedRequest

__all__ = ["MAX_DEPTH", "MAX_STEPS", "read_json"]

MAX_DEPTH = 18  # an array of images is nested 4 deep, in an object that is nested 2 deep
MAX_STEPS = 1_000_000  # rows, and values that do not stand in a short row

_BLANKS = re.compile(r"[ \t\n\r]*+")
_TEXT = r'"[^"\\]{0,1000}+(?:\\.[^"\\]{0,100}+){0,20}+"'  # not too long for one step
# a list or an object without another one in it
_SHORT = re.compile(r'[\[{](?:[^\[\]{}"]{1,200}+|' + _TEXT + r"){0,2000}+[\]}]", re.DOTALL)
# items of a list without lists, objects and texts
_ITEMS = re.compile(r'[^\[\]{}",\s][^\[\]{}"]{0,10000},')
_SCALAR = re.compile(r'"(?:[^"\\]|\\.){0,100000}+"|[^\[\]{}",:\s]{1,5000}+', re.DOTALL)
_scan: Callable[[str, int], tuple[Any, int]] = json.JSONDecoder().scan_once  # type: ignore[attr-defined]


def read_json(text: str) -> Any:
    """Return what a JSON text says, as `json.loads` does.

    Raises:
        ValueError: The text is no JSON, or it is nested more than `MAX_DEPTH` deep.
        RejectedRequest: It takes more than `MAX_STEPS` steps to read.

    >>> read_json('{"inputs": {"a": [1, null]}, "b": [[], {}, "c"]}')
    {'inputs': {'a': [1, None]}, 'b': [[], {}, 'c']}
    """
    reader = _Reader(text)
    value = reader.read_value(0)
    if reader.peek():
        raise reader.make_error("the end of the text")
    return value


class _Reader:
    """A text and a place in it."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._at = self._steps = 0

    def peek(self) -> str:
        """Skip blanks, and return the next character; "" at the end."""
        blanks = _BLANKS.match(self._text, self._at)
        assert blanks is not None  # it matches nothing, too
        self._at = blanks.end()
        return self._text[self._at : self._at + 1]

    def read_value(self, depth: int) -> Any:
        """Read a value that is nested so deep."""
        self._steps += 1
        if self._steps > MAX_STEPS:
            raise RejectedRequest(
                413, f"the body has more than {MAX_STEPS:,} rows or values; send fewer"
            )
        first = self.peek()
        if first not in {"[", "{"}:
            return self._scan(_SCALAR)
        if depth == MAX_DEPTH:
            raise ValueError(f"it is nested more than {MAX_DEPTH} deep")
        if _SHORT.match(self._text, self._at):
            return self._scan(_SHORT)
        self._at += 1
        if first == "[":
            return self._read_list(depth)
        return {self._read_key(): self.read_value(depth + 1) for _ in self._iterate("}")}

    def _read_list(self, depth: int) -> list[Any]:
        """Read a list after its bracket."""
        values: list[Any] = []
        for _ in self._iterate("]"):
            while self.peek() and (items := _ITEMS.match(self._text, self._at)):
                values += json.loads(f"[{items[0][:-1]}]")
                self._at = items.end()
            values.append(self.read_value(depth + 1))
        return values

    def _iterate(self, end: str) -> Iterator[None]:
        """Yield before each item of a list or an object, the rest of which follows."""
        if self.peek() != end:
            yield
            while self.peek() == ",":
                self._at += 1
                yield
            if self.peek() != end:
                raise self.make_error(f"',' or '{end}'")
        self._at += 1

    def _read_key(self) -> str:
        if self.peek() != '"':
            raise self.make_error("a name in double quotes")
        key: str = self._scan(_SCALAR)
        if self.peek() != ":":
            raise self.make_error("':'")
        self._at += 1
        return key

    def _scan(self, expected: re.Pattern[str]) -> Any:
        """Read what Python's reader reads in one step, if it is short enough for that."""
        if not expected.match(self._text, self._at):
            raise self.make_error("a value (a text may have 100,000 characters)")
        try:
            value, self._at = _scan(self._text, self._at)
        except StopIteration:
            raise self.make_error("a value") from None
        return value

    def make_error(self, expected: str) -> ValueError:
        """Return the error that something else stands at this place."""
        return ValueError(f"{expected} was expected at character {self._at}")
