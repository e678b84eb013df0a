"""Small images in the current folder."""

import struct
import zlib
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

GREY = np.arange(12, dtype=np.uint8).reshape(4, 3) * 20  # height 4, width 3


def save_image(name: str, pixels: Any = GREY, **options: Any) -> Path:
    """Save pixels or a Pillow image, and make the folders that its name needs."""
    path = Path(name)
    path.parent.mkdir(parents=True, exist_ok=True)
    image = pixels if isinstance(pixels, Image.Image) else Image.fromarray(pixels)
    image.save(path, **options)
    return path


def save_pets() -> Path:
    """Save three grey images of each of two classes."""
    for number in range(3):
        save_image(f"pets/cat/{number}.png", GREY + number)
        save_image(f"pets/dog/{number}.png", 255 - GREY)
    return Path("pets")


def save_deep_colours(name: str) -> Path:
    """Save a PNG of GREY's size with three channels of 16 bits, which Pillow does not write."""
    height, width = GREY.shape
    rows = b"".join(b"\0" + bytes(6 * width) for _ in range(height))
    header = struct.pack(">IIBBBBB", width, height, 16, 2, 0, 0, 0)
    chunks = {b"IHDR": header, b"IDAT": zlib.compress(rows), b"IEND": b""}
    path = Path(name)
    path.write_bytes(
        b"\x89PNG\r\n\x1a\n"
        + b"".join(
            struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
            for kind, data in chunks.items()
        )
    )
    return path
