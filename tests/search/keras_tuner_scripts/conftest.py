"""Small data, and the arguments that make a search quick."""

import numpy as np
import pytest

FEATURES, CLASSES = 4, 3


@pytest.fixture(scope="session")
def data():
    """Rows and class numbers, for training and for validation."""
    rng = np.random.default_rng(0)
    x = rng.normal(size=(60, FEATURES)).astype("float32")
    y = (x[:, 0] > 0).astype("int64") + (x[:, 1] > 0)
    return (x[:48], y[:48]), (x[48:], y[48:])


@pytest.fixture
def quick(tmp_path):
    """Arguments of KFoldTuner beside those of a script."""
    return {"directory": tmp_path / "tuning", "folds": 2, "test_size": 0.0}
