"""Small images in the current folder."""

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
