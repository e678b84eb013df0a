"""Says in which arguments of a Python program a search differs from the study that it resumes."""

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
    """
    if mine == theirs:
        return []
    if isinstance(mine, dict) and isinstance(theirs, dict) and (not name or mine.keys() & theirs):
        names = {key: f"{name}.{key}" if name else key for key in (*mine, *theirs)}
        parts = [(mine.get(key), theirs.get(key), named) for key, named in names.items()]
    elif isinstance(mine, list) and isinstance(theirs, list) and len(mine) == len(theirs):
        parts = [(mine[n], theirs[n], f"{name}[{n}]") for n in range(len(mine))]
    elif _is_code(mine) and _is_code(theirs):
        same_way = mine.rpartition(" ")[0] == theirs.rpartition(" ")[0]
        return [f"the code of {name.removesuffix('.code')} is not the same"] if same_way else []
    else:
        return [f"{name} is {_say(mine)} there and {_say(theirs)} here"]
    return [each for part in parts for each in list_argument_differences(*part)]


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
