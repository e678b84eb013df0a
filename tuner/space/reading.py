"""Reads a value of a space file as a domain: a bare value, a list, or a range { min, max }."""

import math
from typing import Any

from tuner.errors import suggest_names
from tuner.space.domains import Choice, Domain, Fixed
from tuner.space.file_location import FileLocation, quote
from tuner.space.keys import Key
from tuner.space.ranges import FloatRange, IntRange
from tuner.space.values import Value

__all__ = ["read_domain", "read_value"]

_NOUNS = {bool: "true or false", int: "a whole number", float: "a number", str: "a text in quotes"}
_RANGE_KEYS = ("min", "max", "step", "log")
_MOST_STEPS = 10_000


def read_domain(key: Key, raw: Any, location: FileLocation) -> Domain:
    """Return the domain that the value of a key in a space file describes.

    A list of one value is a fixed value.

    Args:
        key: The key.
        raw: The value, as `tomllib` parsed it.
        location: The location of the value, for errors.

    Raises:
        SpaceError: `raw` has none of the three forms, or a value that `key` does not allow.
    """
    if isinstance(raw, dict):
        return _read_range(key, raw, location)
    if isinstance(raw, list):
        return _read_list(key, raw, location)
    return Fixed(read_value(key, raw, location))


def _read_list(key: Key, raw: list[Any], location: FileLocation) -> Fixed | Choice:
    if not raw:
        raise location.make_error(f"the list is empty; {_give_example(key)}")
    options: list[Value] = []
    for item in raw:
        option = read_value(key, item, location, part=" in the list")
        if option in options:
            raise location.make_error(f"the list holds {quote(item)} twice; leave one out")
        options.append(option)
    return Choice(tuple(options)) if len(options) > 1 else Fixed(options[0])


def _read_range(key: Key, raw: dict[str, Any], location: FileLocation) -> IntRange | FloatRange:
    if key.type not in (int, float):
        words = ", ".join(map(quote, key.names[:2] or (True, False)))
        raise location.make_error(
            f"a range needs numbers, received {quote(raw)}; "
            f"write a list such as {key.name} = [{words}]"
        )
    for name in raw:
        if name not in _RANGE_KEYS:
            raise location.make_error(
                f'the range has no key "{name}"; {suggest_names(name, _RANGE_KEYS)}'
            )
    for name in ("min", "max"):
        if name not in raw:
            raise location.make_error(f"the range has no {name}; give it both min and max")
    log = raw.get("log", False)
    if not isinstance(log, bool):
        raise location.make_error(
            f"expected true or false as log, received {quote(log)}; write log = true"
        )
    low = read_value(key, raw["min"], location, part=" as min")
    high = read_value(key, raw["max"], location, part=" as max")
    step = _check_type(key, raw["step"], location, part=" as step") if "step" in raw else None
    domain: IntRange | FloatRange = (IntRange if key.type is int else FloatRange)(
        low, high, step, log
    )
    _check_ends(domain, key, location)
    _check_step(domain, location)
    return domain


def _check_ends(domain: IntRange | FloatRange, key: Key, location: FileLocation) -> None:
    low, high = quote(domain.min), quote(domain.max)
    if domain.min > domain.max:
        raise location.make_error(f"min {low} is above max {high}; swap them")
    if domain.min == domain.max:
        raise location.make_error(
            f"min and max are both {low}; write the bare value, {key.name} = {low}"
        )
    if domain.log and domain.min <= 0:
        raise location.make_error(
            f"a log range needs min above 0, received {low}; raise min or drop log"
        )


def _check_step(domain: IntRange | FloatRange, location: FileLocation) -> None:
    step, low, high = domain.step, domain.min, domain.max
    if step is None:
        return
    if domain.log and step <= 1:
        raise location.make_error(
            f"step {quote(step)} multiplies in a log range; give one above 1, or drop step"
        )
    if step <= 0:
        raise location.make_error(
            f"step {quote(step)} is not above 0; give one that is, or drop step"
        )
    size = domain.size()
    if size == 1:
        raise location.make_error(
            f"step {quote(step)} leads from min {quote(low)} past max {quote(high)}; "
            "give a smaller one, or drop step"
        )
    if size is not None and size > _MOST_STEPS and isinstance(domain, FloatRange):
        raise location.make_error(
            f"step {quote(step)} makes {size} values, expected at most {_MOST_STEPS}; "
            "give a larger one, or drop step"
        )


def read_value(key: Key, raw: Any, location: FileLocation, *, part: str = "") -> Any:
    """Return the value of a key if it allows it.

    Args:
        key: The key.
        raw: The value, as `tomllib` parsed it.
        location: The location of the value, for errors.
        part: Its place there, such as a list or a range.

    Raises:
        SpaceError: `key` does not allow it.
    """
    value = _check_type(key, raw, location, part=part)
    if key.bounds and not key.bounds.allow(value):
        raise location.make_error(f"{quote(raw)} is not allowed; {key.name} must be {key.bounds}")
    if key.names and value not in key.names:
        raise location.make_error(
            f"no {key.name} is called {quote(raw)}; {suggest_names(raw, key.names)}"
        )
    return value


def _check_type(key: Key, raw: Any, location: FileLocation, *, part: str) -> Any:
    """Return `raw` if it has the type of the key; a whole number may stand for a float."""
    if type(raw) is not key.type and not (key.type is float and type(raw) is int):
        raise location.make_error(
            f"expected {_NOUNS[key.type]}{part}, received {quote(raw)}; {_give_example(key)}"
        )
    if key.type is not float:
        return raw
    try:
        number = float(raw)
    except OverflowError:  # a whole number of more than 308 digits
        number = math.inf
    if not math.isfinite(number):
        raise location.make_error(
            f"expected a finite number{part}, received {quote(raw)}; {_give_example(key)}"
        )
    return number


def _give_example(key: Key) -> str:
    return f"write for example {key.name} = {quote(key.usual)}"
