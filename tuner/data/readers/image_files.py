"""PNG and JPEG files as pixels of one form."""

import struct
import warnings
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from PIL import Image

__all__ = ["LONGEST", "Form", "Header", "common_form", "decode", "read_header"]

LONGEST = 64  # pixels of a side: a network on a CPU takes the longer, the more there are

_GREY = frozenset({"1", "L", "LA", "La", "I", "I;16", "I;16B"})  # Pillow's modes
_ORIENTATION = 0x0112  # in EXIF
_SIDEWAYS = range(5, 9)  # its values by which width and height change places
_BROKEN = (OSError, SyntaxError, ValueError, EOFError, struct.error, zlib.error)  # as Pillow raises


@dataclass(frozen=True, slots=True)
class Form:
    """What images are brought to: height and width in pixels, 1 channel or 3."""

    height: int
    width: int
    channels: int

    @property
    def shape(self) -> tuple[int, ...]:
        """The shape of an image's array: a grey one has no axis of channels."""
        sides = self.height, self.width
        return sides if self.channels == 1 else (*sides, self.channels)


@dataclass(frozen=True, slots=True)
class Header:
    """What a file says of its image: height and width in pixels, and whether it is grey."""

    height: int
    width: int
    grey: bool


def read_header(file: Path) -> Header | None:
    """Return what a file says of its image; None where it is broken."""
    try:
        with _opened(file) as image:
            width, height = image.size
            if image.getexif().get(_ORIENTATION) in _SIDEWAYS:
                width, height = height, width
            return Header(height, width, image.mode in _GREY)
    except _BROKEN:
        return None


def common_form(headers: Sequence[Header]) -> Form:
    """Return the median height and width, scaled down together where one is above `LONGEST`.

    It is grey where all images are.

    >>> common_form([Header(100, 200, True), Header(100, 200, False)])
    Form(height=32, width=64, channels=3)
    """
    height = median(header.height for header in headers)
    width = median(header.width for header in headers)
    scale = min(1.0, LONGEST / max(height, width))
    return Form(
        max(1, round(height * scale)),
        max(1, round(width * scale)),
        1 if all(header.grey for header in headers) else 3,
    )


def decode(files: Sequence[Path], form: Form) -> tuple[np.ndarray, np.ndarray]:
    """Return the pixels of images, from 0 to 255, and which files are not broken.

    Transparent parts become white, and photos that were taken sideways are turned.

    **Shape**: `(files, *form.shape)`, float32, and `(files,)`, bool.
    """
    x = np.zeros((len(files), *form.shape), np.float32)
    whole = np.ones(len(files), bool)
    for number, file in enumerate(files):
        try:
            x[number] = _pixels(file, form)
        except _BROKEN:
            whole[number] = False
    return x, whole


def _pixels(file: Path, form: Form) -> np.ndarray:
    from PIL import Image, ImageOps

    mode, size = "L" if form.channels == 1 else "RGB", (form.width, form.height)
    with _opened(file) as image:
        image.draft(mode, (max(size), max(size)))  # a JPEG is decoded no larger than needed
        plain = _opaque(_eight_bits(ImageOps.exif_transpose(image))).convert(mode)
        if plain.size != size:
            plain = plain.resize(size, Image.Resampling.BILINEAR)
        return np.asarray(plain)


def _eight_bits(image: "Image.Image") -> "Image.Image":
    """Return an image of 16 bits as one of 8, where Pillow would cut it off at 255."""
    from PIL import Image

    if not image.mode.startswith("I"):
        return image
    return Image.fromarray((np.asarray(image) // 257).astype(np.uint8))


def _opaque(image: "Image.Image") -> "Image.Image":
    """Return an image on white: the colours of transparent pixels mean nothing."""
    from PIL import Image

    if not image.has_transparency_data:
        return image
    white = Image.new("RGBA", image.size, "white")
    white.alpha_composite(image.convert("RGBA"))
    return white


@contextmanager
def _opened(file: Path) -> "Iterator[Image.Image]":
    """Open an image; one that would take gigabytes of memory counts as broken."""
    from PIL import Image

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # such as of damaged EXIF
        warnings.simplefilter("error", Image.DecompressionBombWarning)
        try:
            with Image.open(file, formats=("PNG", "JPEG")) as image:
                yield image
        except (Image.DecompressionBombWarning, Image.DecompressionBombError) as error:
            raise ValueError(str(error)) from error
