"""What ruins a model before it is trained: rows that stand twice, columns that tell the target.

The checks look at the rows as a network gets them, so that they find what a network can exploit.
They change nothing: only the person knows where a copy or a column comes from. A search tells what
they find before it begins.
"""

import numpy as np

from tuner.data.dataset import Dataset
from tuner.data.hazards.column_values import list_columns
from tuner.data.hazards.copied_columns import warn_about_copied_columns
from tuner.data.hazards.repeated_rows import find_repeated_rows, warn_about_repeated_rows
from tuner.data.hazards.sampling import draw_rows
from tuner.data.hazards.telling_columns import warn_about_telling_columns

__all__ = ["find_hazards"]


def find_hazards(dataset: Dataset) -> tuple[str, ...]:
    """Return a warning for each thing that makes scores too good, or the classes unlearnable.

    Args:
        dataset: The data set, with at least two rows.
    """
    columns = list_columns(dataset.schema)
    repeated = find_repeated_rows(dataset, columns)
    rows = np.delete(np.arange(len(dataset.y)), repeated.copies)
    sample = rows[draw_rows(dataset.y[rows])]
    return (
        *warn_about_telling_columns(dataset, columns, rows, sample),
        *warn_about_copied_columns(dataset, columns, rows, sample),
        *warn_about_repeated_rows(dataset, repeated),
    )
