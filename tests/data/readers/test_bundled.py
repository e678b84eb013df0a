"""The data sets that scikit-learn ships."""

import numpy as np
import pytest

from tuner.data import BUNDLED, load_dataset


@pytest.mark.parametrize(
    ("name", "rows", "features", "classes"),
    [
        ("digits", 1797, 61, 10),
        ("iris", 150, 4, 3),
        ("wine", 178, 13, 3),
        ("breast_cancer", 569, 30, 2),
    ],
)
def test_bundled_data(name, rows, features, classes) -> None:
    data = load_dataset(name)
    assert name in BUNDLED
    assert (data.x.shape, data.x.dtype) == ((rows, features), np.float32)
    assert (data.y.shape, data.y.dtype, len(data.classes)) == ((rows,), np.int64, classes)
    assert (data.name, data.schema.target) == (name, "target")


def test_digits_leaves_out_its_blank_pixels() -> None:
    assert load_dataset("digits").warnings == (
        "3 columns are constant and left out: pixel_0_0, pixel_4_0, pixel_4_7",
    )
