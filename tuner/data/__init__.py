"""Tables, arrays and images: read, understood, and turned into the numbers that a network takes.

Imports inside go one way: names ← table; table, cells and pixels ← the readers of each format ←
readers; characters ← notations and dates ← encoding ← schema; cells and encoding ← written, which
finds how columns are written, ← inference and relations; cells and encoding ← reading, of what a
schema knows; all of them ← dataset. Scaling stands alone, because it belongs to a fold.
"""

from tuner.data.bundled import BUNDLED
from tuner.data.column import Column, RawColumns
from tuner.data.dataset import Dataset, load_dataset, stream_raw
from tuner.data.images import IMAGE_TARGET
from tuner.data.memory import rows_at_once
from tuner.data.names import names_in
from tuner.data.readers import row_files
from tuner.data.scaling import Scaler, fit_scaler
from tuner.data.schema import Schema

__all__ = [
    "BUNDLED",
    "IMAGE_TARGET",
    "Column",
    "Dataset",
    "RawColumns",
    "Scaler",
    "Schema",
    "fit_scaler",
    "load_dataset",
    "names_in",
    "row_files",
    "rows_at_once",
    "stream_raw",
]
