"""Convolutional blocks as plain data: what they make of an image, and which images they take."""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from math import prod
from typing import Any

from tuner.errors import SpaceError
from tuner.space import Space
from tuner.words import count_noun

__all__ = ["SIDE", "Convolutions", "check_image"]

SIDE = 3  # pixels of a kernel's side: the smallest with a centre (Simonyan and Zisserman 2015)


@dataclass(frozen=True, slots=True)
class Convolutions:
    """Blocks of a convolution, which keeps height and width, and a pooling, which halves them.

    Attributes:
        image: Height, width and channels.
        filters: Of each block, at least one.
    """

    image: tuple[int, int, int]
    filters: tuple[int, ...]

    @classmethod
    def from_values(
        cls, values: Mapping[str, Any], image: tuple[int, int, int]
    ) -> "Convolutions | None":
        """Return the blocks of a trial, each with twice the filters of the one before.

        Args:
            values: The hyperparameters that act in it.
            image: Height, width and channels.

        Returns:
            None where it has no blocks.

        >>> Convolutions.from_values({"blocks": 2, "filters": 16}, (28, 28, 1)).features
        1568
        """
        blocks = int(values["blocks"])
        if not blocks:
            return None
        return cls(image, tuple(int(values["filters"]) * 2**block for block in range(blocks)))

    @property
    def kernels(self) -> list[tuple[int, ...]]:
        """The shape of each kernel: height, width, channels, filters."""
        return [(SIDE, SIDE, *each) for each in pairwise((self.image[2], *self.filters))]

    @property
    def features(self) -> int:
        """Numbers that the last block leaves of an image."""
        halved = 2 ** len(self.filters)
        return prod(side // halved for side in self.image[:2]) * self.filters[-1]


def check_image(space: Space, image: tuple[int, int, int] | None, *, data: str) -> None:
    """Refuse a space with convolutional blocks for rows that they cannot take.

    Args:
        space: Its largest number of blocks is tried.
        image: Height, width and channels of a row; None where rows are no images.
        data: The name of the data, for errors.

    Raises:
        SpaceError: The rows are no images, or too small to be halved so often, or their channels
            come first.
    """
    domains = {h.name: h.domain for h in space.hyperparameters}
    blocks = int(domains["blocks"].bounds()[1]) if "blocks" in domains else 0
    if not blocks:
        return
    if image is None:
        raise SpaceError(
            f"space {space.name} has convolutional blocks, which take images, and the rows of "
            f"data {data} are none; give a folder of images, an .npz file with x of shape (rows, "
            "height, width) or (rows, height, width, channels), or a space without blocks"
        )
    height, width, channels = image
    if height <= 4 < channels:
        raise SpaceError(
            f"space {space.name}: images of data {data} have shape {image}, which looks like "
            "channels before height and width; give x the shape (rows, height, width, channels)"
        )
    most = min(height, width).bit_length() - 1
    if blocks > most:
        raise SpaceError(
            f"space {space.name}, [network] blocks: each of {blocks} blocks halves height and "
            f"width, and images of data {data} have {height}×{width} pixels; {_fewer(most)}"
        )


def _fewer(most: int) -> str:
    if not most:
        return "take a space without blocks"
    return f"give {count_noun(most, 'block')} at most, or larger images"
