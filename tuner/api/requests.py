"""What a Python program gives as data: a source by its name, or rows that are kept in a file."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tuner.argument_types import list_texts
from tuner.data import RareClassesAction, keep_rows, split_names
from tuner.data.in_memory.conversion import name_column
from tuner.errors import DataError
from tuner.run.request import DataRequest

__all__ = ["make_request"]


# Over 40 lines: half of them describe the arguments.
def make_request(  # noqa: PLR0913  (one argument per option)
    x: Any,
    y: Any,
    *,
    root: Path,
    target: str | None = None,
    groups: Any = None,
    order: Any = None,
    categorical: str | Sequence[Any] = (),
    ignore: str | Sequence[Any] = (),
    missing: str | Sequence[Any] = (),
    rare_classes: RareClassesAction = "leave-out",
    name: str | None = None,
) -> DataRequest:
    """Return the request for data as `tune` takes them. Rows in memory are kept in a file first.

    Args:
        x: A bundled name, the path of a file or a folder; a frame or an array.
        y: The labels of rows in memory, or the name of their column; None for the column `target`.
        root: The folder that holds all that searches write.
        target: The name of the column of labels; None for the last.
        groups: The name of the column of groups, or the group of each row in memory.
        order: The name of the column that orders the rows, or the place of each row in memory.
        categorical: Columns to read as categorical.
        ignore: Columns to leave out.
        missing: Texts and numbers that mean a missing value.
        rare_classes: What to do about classes that have too few rows for the folds.
        name: The name of the data; None for that of the source.

    Raises:
        DataError: The rows cannot be kept, or the arguments contradict each other.
    """
    categorical = _list_names("--categorical", categorical)
    ignore, missing = _list_names("--ignore", ignore), _list_names("--missing", missing)
    if isinstance(y, str):
        _refuse_two_targets(y, target)
        y, target = None, y
    if isinstance(x, str | Path):
        _refuse_arrays(x, y=y, groups=groups, order=order)
        columns = (target, categorical, ignore, groups, order, missing)
        return DataRequest(str(x), *columns, rare_classes=rare_classes, name=name)
    if y is not None:
        _refuse_two_targets("y", target)
    kept = keep_rows(
        x, target if y is None else y, root=root, groups=groups, order=order, ignore=ignore
    )
    return DataRequest(
        kept.source,
        kept.target,
        tuple(dict.fromkeys((*categorical, *kept.categorical))),
        ignore,
        groups=kept.groups,
        order=kept.order,
        missing=missing,
        rare_classes=rare_classes,
        classes=kept.classes,
        name=name or kept.name,
    )


def _list_names(option: str, names: str | Sequence[Any]) -> tuple[str, ...]:
    """Return names one by one; a text has them separated by commas, as on the command line."""
    if isinstance(names, str):
        return split_names(names)
    if isinstance(names, list | tuple):  # a name of several levels is a tuple, too
        names = [name_column(name) if isinstance(name, tuple) else name for name in names]
    return list_texts(option, names)


def _refuse_two_targets(first: str, second: str | None) -> None:
    if second is not None and first != second:
        raise DataError(f"target: there are two, {first} and {second}; leave one of them out")


def _refuse_arrays(source: str | Path, **values: Any) -> None:
    for name, value in values.items():
        if value is not None and not isinstance(value, str):
            raise DataError(
                f"{name}: rows of {source} are read from there; give the name of a column"
            )
