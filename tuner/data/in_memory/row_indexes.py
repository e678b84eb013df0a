"""The index of pandas, which says of values beside rows which row each belongs to."""

from typing import Any

from tuner.errors import DataError

__all__ = ["check_indexes"]


def check_indexes(place: str, x: Any, **values: Any) -> None:
    """Refuse values of pandas with the rows of `x` in another order, and an index as a column.

    Args:
        place: What `x` is, at the beginning of an error: "data frame, ", or nothing.
        x: The rows; only those of pandas have an index.
        **values: What there is for each row, such as the labels, by the names of the arguments;
            or the name of a column.

    Raises:
        DataError: One has the index of `x` in another order, or names the index.
    """
    import pandas as pd

    of_pandas = pd.DataFrame | pd.Series
    if not isinstance(x, of_pandas):
        return
    for name, given in values.items():
        columns = getattr(x, "columns", ())
        if isinstance(given, str) and given in x.index.names and given not in columns:
            raise DataError(
                f"{place}{name}: {given} is the index, which is no column; give x.reset_index()"
            )
        if not isinstance(given, of_pandas) or len(given) != len(x):
            continue
        if x.index.equals(given.index) or not x.index.is_unique:
            continue
        if x.index.isin(given.index).all():
            raise DataError(
                f"{place}{name}: it has the rows of x in another order, as its index says; give "
                f"{name}.loc[x.index], or {name}.to_numpy() if the order is right"
            )
