"""The rows and labels of an `.npz` file or of a folder of images."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from tuner.data.readers.table import Table
from tuner.errors import DataError

__all__ = ["ARRAY", "Arrays", "check_array", "convert_to_float32", "give_native_order"]

ARRAY = "array"
"""The label of an array that a Python program gives."""


@dataclass(frozen=True, slots=True, eq=False)
class Arrays:
    """The content of an `.npz` file, or of a folder of images.

    Attributes:
        label: The source's name in messages.
        x: The rows, shape `(rows, …)`, float32.
        y: The labels, a pyarrow column of text of shape `(rows,)`; None if there are none.
        target: The name of the labels.
        warnings: Warnings about how the source was read.
        read_related: Reads what else the source says of each row, such as its group; None if it
            says nothing.
        from_images: Whether the rows are images for certain, since they were read from such files.
        fractions: Whether some are grey images of 16 bits, whose pixels are fractions.
    """

    label: str
    x: np.ndarray
    y: Any
    target: str = "y"
    warnings: tuple[str, ...] = ()
    read_related: Callable[[], Table] | None = None
    from_images: bool = False
    fractions: bool = False

    @property
    def channels(self) -> int | None:
        """The channels of an image; None if the rows are not images.

        Rows are images if they have a height and a width, optionally 1, 3 or 4 channels as the last
        axis, and whole numbers from 0 to 255 or fractions from 0 to 1. Other rows of two or three
        dimensions may be measurements, for example of sensors that each have a scale of their own.
        """
        match self.x.shape[1:]:
            case (_, _):
                channels = 1
            case (_, _, 1 | 3 | 4 as channels):
                pass
            case _:
                return None
        return channels if self.from_images or _are_pixels(self.x) else None


def check_array(label: str, x: np.ndarray) -> None:
    """Check that rows are numbers in at least two dimensions.

    Args:
        label: The source's name in messages.
        x: The rows.

    Raises:
        DataError: They are not.
    """
    if x.dtype.kind not in "biuf":
        raise DataError(f"{label}: x holds {x.dtype}; give numbers")
    if x.ndim < 2 or not x.size:
        raise DataError(
            f"{label}: x has shape {x.shape}; give (rows, …) with at least one row and one number "
            "per row"
        )


def convert_to_float32(label: str, x: np.ndarray) -> np.ndarray:
    """Return rows as finite numbers, shape `(rows, …)`, float32; `x` itself if they are that.

    Raises:
        DataError: `check_array` refuses them, or one is not finite in float32.
    """
    check_array(label, x)
    with np.errstate(over="ignore"):
        x = x.astype(np.float32, copy=False)
    rows = np.flatnonzero(~np.isfinite(x.reshape(len(x), -1)).all(axis=1))
    if len(rows):
        raise DataError(
            f"{label}: x[{rows[0]}] holds a number that is not finite in float32; replace or leave "
            "out such rows"
        )
    return x


def give_native_order(values: Any) -> Any:
    """Return an array or a pandas Series with its bytes in this machine's order.

    FITS, IDX and HDF5 files often have the other one, which neither pyarrow nor pandas reads.
    """
    dtype = values.dtype
    if not isinstance(dtype, np.dtype) or dtype.isnative:
        return values
    return values.astype(dtype.newbyteorder("="))


def _are_pixels(x: np.ndarray) -> bool:
    if x.min() < 0 or x.max() > 255:
        return False
    return bool(x.max() <= 1) or all((row == np.trunc(row)).all() for row in x)
