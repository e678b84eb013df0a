"""Convolutional blocks as plain data, and the images that they can take."""

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
    """Convolutional blocks. A convolution keeps height and width; a pooling halves them.

    Attributes:
        image: Height, width and channels of an image.
        filters: Number of filters of each block; there is at least one block.
    """

    image: tuple[int, int, int]
    filters: tuple[int, ...]

    @classmethod
    def from_values(
        cls, values: Mapping[str, Any], image: tuple[int, int, int]
    ) -> "Convolutions | None":
        """Return the blocks of a trial; each has twice the filters of the block before.

        Args:
            values: Its active hyperparameters.
            image: Height, width and channels of an image.

        Returns:
            None if the trial has no blocks.

        >>> Convolutions.from_values({"blocks": 2, "filters": 16}, (28, 28, 1)).features
        1568
        """
        blocks = int(values["blocks"])
        if not blocks:
            return None
        return cls(image, tuple(int(values["filters"]) * 2**block for block in range(blocks)))

    @property
    def kernels(self) -> list[tuple[int, ...]]:
        """Shape of each kernel: `(height, width, channels, filters)`."""
        return [(SIDE, SIDE, *channels) for channels in pairwise((self.image[2], *self.filters))]

    @property
    def features(self) -> int:
        """Number of features of an image after the last block."""
        halved = 2 ** len(self.filters)
        return prod(side // halved for side in self.image[:2]) * self.filters[-1]


def check_image(space: Space, image: tuple[int, int, int] | None, *, data: str) -> None:
    """Refuse a space with convolutional blocks if the rows are not suitable images.

    Args:
        space: The search space; its largest number of blocks is checked.
        image: Height, width and channels of a row; None if rows are no images.
        data: Name of the data, for errors.

    Raises:
        SpaceError: The rows are no images, are too small for so many blocks, or have their
            channels first.
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
            f"width, and images of data {data} have {height}×{width} pixels; {_advise_fewer(most)}"
        )


def _advise_fewer(most: int) -> str:
    if not most:
        return "take a space without blocks"
    return f"give {count_noun(most, 'block')} at most, or larger images"
