"""Tables, arrays and images: read, understood, and turned into the numbers that a network takes.

Imports inside go one way: names ← table; table, cells and pixels ← the readers of each format ←
readers; characters ← notations and dates ← encoding ← schema; cells and encoding ← written, which
finds how columns are written, ← inference and relations; cells and encoding ← reading, of what a
schema knows; all of them ← dataset. Scaling stands alone, because it belongs to a fold.
"""

from tuner.data.chunking import choose_chunk_rows
from tuner.data.column_names import split_names
from tuner.data.columns.column import Column, RawColumns
from tuner.data.dataset import Dataset, load_dataset, stream_raw
from tuner.data.readers.bundled import BUNDLED
from tuner.data.readers.image_folders import IMAGE_TARGET
from tuner.data.readers.sources import list_image_files
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
    "choose_chunk_rows",
    "fit_scaler",
    "list_image_files",
    "load_dataset",
    "split_names",
    "stream_raw",
]
