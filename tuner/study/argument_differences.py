"""Says in which arguments of a Python program a search differs from the study that it resumes."""

import re
from typing import Any

__all__ = ["list_argument_differences"]


def list_argument_differences(mine: Any, theirs: Any, name: str = "") -> list[str]:
    """Return where two descriptions differ, in words.

    Code that another version of Python compiled, or that was described in another way, cannot be
    compared, and counts as the same.

    Args:
        mine: The description that a study keeps, as JSON values.
        theirs: That of the search which is to resume it.
        name: What is described; "" for a dictionary of arguments by name.

    >>> list_argument_differences({"losses": [{"A": {"n": 1}}]}, {"losses": [{"A": {"n": 2}}]})
    ['losses[0].A.n is 1 there and 2 here']
    >>> list_argument_differences({}, {"batch_size": 16})
    ['batch_size is not given there and 16 here']
    >>> old = {"code": "code of Python 3.11 0f", "act": "00112233aabb", "units": 8}
    >>> new = {"code": "code of Python 3.11, way 2, 0f", "act": "code of …", "units": 9}
    >>> list_argument_differences(old, new, "Net")
    ['Net.units is 8 there and 9 here']
    """
    if mine == theirs or _is_described_otherwise(mine, theirs):
        return []
    if isinstance(mine, dict) and isinstance(theirs, dict) and (not name or mine.keys() & theirs):
        names = {key: f"{name}.{key}" if name else key for key in (*mine, *theirs)}
        if (
            _is_code(mine.get("code"))
            and _is_code(theirs.get("code"))
            and not _is_alike(mine, theirs)
        ):
            # what is hashed beside it may be code, too
            names = {key: each for key, each in names.items() if not _is_hash(mine.get(key))}
        parts = [(mine.get(key), theirs.get(key), named) for key, named in names.items()]
    elif isinstance(mine, list) and isinstance(theirs, list) and len(mine) == len(theirs):
        parts = [(mine[n], theirs[n], f"{name}[{n}]") for n in range(len(mine))]
    elif _is_code(mine) and _is_code(theirs):
        same_way = _is_alike({"code": mine}, {"code": theirs})
        return [f"the code of {name.removesuffix('.code')} is not the same"] if same_way else []
    else:
        return [f"{name} is {_say(mine)} there and {_say(theirs)} here"]
    return [each for part in parts for each in list_argument_differences(*part)]


def _is_alike(mine: dict[str, Any], theirs: dict[str, Any]) -> bool:
    """Return whether two pieces of code were described in the same way."""
    ways = [each["code"].rpartition(" ")[0] for each in (mine, theirs)]
    return bool(ways[0] == ways[1])


def _is_described_otherwise(one: Any, other: Any) -> bool:
    """Return whether one description has a value as a whole, and the other as an object.

    Earlier versions described as objects what says all of itself.

    >>> _is_described_otherwise({"range": {}}, "code of Python 3.11, way 3, 0f")
    True
    >>> _is_described_otherwise(3, "code of Python 3.11, way 3, 0f")
    False
    """
    whole, described = (one, other) if _is_code(one) else (other, one)
    if not (_is_code(whole) and isinstance(described, dict) and len(described) == 1):
        return False
    (parts,) = described.values()
    has_code = isinstance(parts, dict) and _is_code(parts.get("code"))
    return isinstance(parts, dict) and not (has_code and _is_alike({"code": whole}, parts))


def _is_hash(value: Any) -> bool:
    return isinstance(value, str) and re.fullmatch("[0-9a-f]{12}", value) is not None


def _is_code(value: Any) -> bool:
    return isinstance(value, str) and value.startswith("code of Python ")


def _say(value: Any) -> str:
    if value is None:
        return "not given"
    if isinstance(value, list):
        return ", ".join(map(_say, value)) or "empty"
    if isinstance(value, dict) and len(value) == 1:
        (name,) = value  # of an object's class
        return str(name)
    return "other code" if _is_code(value) else repr(value)
