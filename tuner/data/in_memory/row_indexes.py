"""The index of pandas, which says of values beside rows which row each belongs to."""

from typing import Any

from tuner.errors import DataError

__all__ = ["check_indexes"]


def check_indexes(place: str, x: Any, **values: Any) -> None:
    """Refuse values of pandas with the rows of `x` in another order, and an index as a column.

    Args:
        place: What `x` is, at the beginning of an error: "data frame, ", or nothing.
        x: The rows, or a tuple or dict of inputs; only those of pandas have an index.
        **values: What there is for each row, such as the labels, by the names of the arguments;
            or the name of a column.

    Raises:
        DataError: One has the index of `x` in another order, or names the index.
    """
    parts = {"x": x}
    if isinstance(x, dict | tuple):
        items = x.items() if isinstance(x, dict) else enumerate(x)
        parts = {f"x[{key!r}]": part for key, part in items}
    for part_name, part in parts.items():
        for name, given in values.items():
            fault = _find_fault(part_name, part, name, given)
            if fault:
                raise DataError(f"{place}{name}: {fault}")


def _find_fault(part_name: str, part: Any, name: str, given: Any) -> str:
    import pandas as pd

    of_pandas = pd.DataFrame | pd.Series
    if not isinstance(part, of_pandas):
        return ""
    index = part.index
    if (
        isinstance(given, str)
        and given in index.names
        and given not in getattr(part, "columns", ())
    ):
        return f"{given} is the index, which is no column; give {part_name}.reset_index()"
    if not isinstance(given, of_pandas) or len(given) != len(part):
        return ""
    if index.equals(given.index) or not index.is_unique or not index.isin(given.index).all():
        return ""
    return (
        f"it has the rows of {part_name} in another order, as its index says; give "
        f"{name}.loc[{part_name}.index], or {name}.to_numpy() if the order is right"
    )
