"""The rows and labels of an `.npz` file or of a folder of images."""

from dataclasses import dataclass
from typing import Any

import numpy as np

__all__ = ["Arrays"]


@dataclass(frozen=True, slots=True, eq=False)
class Arrays:
    """The content of an `.npz` file, or of a folder of images.

    Attributes:
        label: The source's name in messages.
        x: The rows, shape `(rows, …)`, float32.
        y: The labels, a pyarrow column of text of shape `(rows,)`; None if there are none.
        target: The name of the labels.
        warnings: Warnings about how the source was read.
    """

    label: str
    x: np.ndarray
    y: Any
    target: str = "y"
    warnings: tuple[str, ...] = ()

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
        return channels if _are_pixels(self.x) else None


def _are_pixels(x: np.ndarray) -> bool:
    if x.min() < 0 or x.max() > 255:
        return False
    return bool(x.max() <= 1) or all((row == np.trunc(row)).all() for row in x)
