"""The data sets that scikit-learn ships, as tables."""

from importlib import import_module

import numpy as np
import pyarrow as pa

from tuner.data.readers.table import Table

__all__ = ["BUNDLED", "BUNDLED_TARGET", "read_bundled"]

BUNDLED = ("digits", "iris", "wine", "breast_cancer")
BUNDLED_TARGET = "target"


def read_bundled(name: str) -> Table:
    """Return one of the `BUNDLED` data sets, with the names of the classes in the last column."""
    bunch = getattr(import_module("sklearn.datasets"), f"load_{name}")()
    columns = {str(key): bunch.data[:, i] for i, key in enumerate(bunch.feature_names)}
    classes = np.asarray([str(label) for label in bunch.target_names], dtype=object)
    columns[BUNDLED_TARGET] = pa.array(classes[bunch.target], pa.string())
    return Table(
        label=f"data set {name}",
        columns=pa.table(columns),
        locate=lambda row: f"row {row + 1}",
        rows=np.arange(len(bunch.target)),
    )
