"""Which arrays are images."""

import numpy as np

from tuner.data import Schema, load_dataset


def test_rows_are_images_if_their_shape_and_values_are_those_of_pixels():
    """Pixels, that is: what is measured may be of many scales."""
    rng = np.random.default_rng(0)
    pixels = rng.integers(0, 256, size=(40, 5, 6, 3))
    for x, channels in [
        (pixels, 3),
        (pixels / 255, 3),
        (pixels[..., 0], 1),
        (pixels[..., :2], None),  # two channels are no colours
        (pixels.transpose(0, 3, 1, 2), None),
        (pixels - 1, None),
        (pixels * 1.5, None),
        (pixels * [1, 1, 1000], None),
    ]:
        np.savez("t.npz", x=x.astype(np.float32), y=np.arange(40) % 2)
        schema = load_dataset("t.npz").schema
        assert schema.channels == channels
        assert Schema.from_dict(schema.to_dict()) == schema
