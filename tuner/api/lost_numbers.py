"""Numbers of a Python program's arrays that float32, in which networks compute, does not hold."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import numpy as np

from tuner.data import warn_about_lost_columns

__all__ = ["warn_about_lost_numbers"]

_REMEDY = "subtract a constant from them, or divide them, before; tuner.tune does it by itself"


def warn_about_lost_numbers(x: Any, warn: Callable[[str], None]) -> None:
    """Warn about each array whose fractions float32 does not hold.

    Args:
        x: Features, as `KFoldTuner.search` takes them. Whole numbers keep their type, and a
            `tf.data.Dataset` the type that it has.
        warn: Receives the warnings.
    """
    for name, values in _list_arrays(x):
        array = np.atleast_2d(np.asarray(values).T).T
        warning = warn_about_lost_columns(name, array, _REMEDY) if array.dtype.kind == "f" else ""
        if warning:
            warn(warning)


def _list_arrays(x: Any) -> Iterator[tuple[str, Any]]:
    """Yield the name and the values of each input."""
    if isinstance(x, Mapping):
        yield from ((f"x[{name!r}]", values) for name, values in x.items())
    elif isinstance(x, tuple | list):
        yield from ((f"x[{n}]", values) for n, values in enumerate(x) if _is_array(values))
    elif _is_array(x):  # or a frame
        yield "x", x


def _is_array(values: Any) -> bool:
    return hasattr(values, "__array__")
