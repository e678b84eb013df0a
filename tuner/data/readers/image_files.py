"""PNG and JPEG files, decoded to pixels of one common form."""

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

__all__ = [
    "MAX_SIDE",
    "ImageForm",
    "ImageHeader",
    "choose_common_form",
    "decode_images",
    "read_header",
]

MAX_SIDE = 64  # pixels: on a CPU, training takes longer the more there are

_GREY = frozenset({"1", "L", "LA", "La", "I", "I;16", "I;16B"})  # Pillow's modes
_ORIENTATION = 0x0112  # EXIF tag
_SIDEWAYS = range(5, 9)  # orientations that exchange width and height
# What Pillow raises about a broken image.
_BROKEN = (OSError, SyntaxError, ValueError, EOFError, struct.error, zlib.error)


@dataclass(frozen=True, slots=True)
class ImageForm:
    """The form that images are brought to.

    Attributes:
        height: Pixels.
        width: Pixels.
        channels: 1 for grey images, 3 for coloured ones.
    """

    height: int
    width: int
    channels: int

    @property
    def shape(self) -> tuple[int, ...]:
        """The shape of an image's array; a grey one has no axis of channels."""
        sides = self.height, self.width
        return sides if self.channels == 1 else (*sides, self.channels)


@dataclass(frozen=True, slots=True)
class ImageHeader:
    """The header of an image file.

    Attributes:
        height: Pixels.
        width: Pixels.
        grey: Whether the image has no colours.
        cut: Whether each channel has 16 bits, of which Pillow reads the upper 8.
        deep: Whether the image is grey and has 16 bits, all of which Pillow reads.
    """

    height: int
    width: int
    grey: bool
    cut: bool = False
    deep: bool = False


def read_header(file: Path) -> ImageHeader | None:
    """Return the header of an image file; None if the file is broken."""
    try:
        with _open(file) as image:
            deep = _is_deep(image)
            cut = image.format == "PNG" and "16B" in str(vars(image)["tile"]) and not deep
            width, height = image.size
            if image.getexif().get(_ORIENTATION) in _SIDEWAYS:
                width, height = height, width
            return ImageHeader(height, width, image.mode in _GREY, cut, deep)
    except _BROKEN:
        return None


def choose_common_form(headers: Sequence[ImageHeader]) -> ImageForm:
    """Return the median height and width, both scaled down if one is above `MAX_SIDE`.

    The form is grey if all images are.

    >>> choose_common_form([ImageHeader(100, 200, True), ImageHeader(100, 200, False)])
    ImageForm(height=32, width=64, channels=3)
    """
    height = median(header.height for header in headers)
    width = median(header.width for header in headers)
    scale = min(1.0, MAX_SIDE / max(height, width))
    return ImageForm(
        max(1, round(height * scale)),
        max(1, round(width * scale)),
        1 if all(header.grey for header in headers) else 3,
    )


def decode_images(
    files: Sequence[Path], form: ImageForm, *, fractions: bool
) -> tuple[np.ndarray, np.ndarray]:
    """Return the pixels of images, from 0 to 255, and which files are intact.

    Transparent parts become white, and photos taken sideways are turned. The pixels of a broken
    file are 0.

    Args:
        files: The images.
        form: The form that they are brought to.
        fractions: Whether pixels of grey images of 16 bits are fractions, or rounded down.

    Returns:
        Pixels, shape `(files, *form.shape)`, float32; shape `(files,)`, bool.
    """
    x = np.zeros((len(files), *form.shape), np.float32)
    intact = np.ones(len(files), bool)
    for index, file in enumerate(files):
        try:
            x[index] = _decode(file, form, fractions)
        except _BROKEN:
            intact[index] = False
    return x, intact


def _decode(file: Path, form: ImageForm, fractions: bool) -> np.ndarray:
    from PIL import Image, ImageOps

    mode, size = "L" if form.channels == 1 else "RGB", (form.width, form.height)
    with _open(file) as image:
        image.draft(mode, (max(size), max(size)))  # decode a JPEG no larger than needed
        upright = ImageOps.exif_transpose(image)
        if _is_deep(upright):
            upright = _scale_down(upright, fractions)
        pixels = upright if upright.mode == "F" else _put_on_white(upright).convert(mode)
        if pixels.size != size:
            pixels = pixels.resize(size, Image.Resampling.BILINEAR)
        values = np.asarray(pixels)
        return np.stack([values] * 3, axis=-1) if values.shape != form.shape else values


def _is_deep(image: "Image.Image") -> bool:
    return image.mode.startswith("I")


def _scale_down(image: "Image.Image", fractions: bool) -> "Image.Image":
    """Return a grey image of 16 bits with pixels from 0 to 255.

    Cameras and microscopes often use the lower 8 or 12 bits alone, which whole numbers would lose.
    """
    from PIL import Image

    if fractions:
        return Image.fromarray(np.asarray(image, np.float32) / 257)
    return Image.fromarray((np.asarray(image) // 257).astype(np.uint8))


def _put_on_white(image: "Image.Image") -> "Image.Image":
    """Return an image on white, because the colours of transparent pixels mean nothing."""
    from PIL import Image

    if not image.has_transparency_data:
        return image
    white = Image.new("RGBA", image.size, "white")
    white.alpha_composite(image.convert("RGBA"))
    return white


@contextmanager
def _open(file: Path) -> "Iterator[Image.Image]":
    """Open an image; one that would take gigabytes of memory counts as broken."""
    from PIL import Image

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # for example about damaged EXIF
        warnings.simplefilter("error", Image.DecompressionBombWarning)
        try:
            with Image.open(file, formats=("PNG", "JPEG")) as image:
                yield image
        except (Image.DecompressionBombWarning, Image.DecompressionBombError) as error:
            raise ValueError(str(error)) from error
