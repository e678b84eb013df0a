"""Tables, arrays and images: read, inferred, and encoded as the numbers that a network takes.

The way of a table: `readers` read it, `columns.inference` finds the kind of each column and parses
its cells with `parsing`, `columns.feature_encoding` writes the features, and `scaling` scales
them in each fold. A `Schema` keeps all that later rows and an exported model need.

Imports inside the package go one way: parsing ← precision ← readers ← in_memory, columns ← schema ←
dataset, prediction_rows and kept_rows; dataset ← hazards. `chunking`, `column_names` and `scaling`,
which belongs to a fold, import nothing of it, and all others may ask them.
"""

from tuner.data.chunking import TIMED_ROWS, choose_chunk_rows
from tuner.data.column_names import spell_names, split_names
from tuner.data.columns.bad_cells import BadCells, OnError
from tuner.data.columns.column import READING, Column, RawColumns
from tuner.data.columns.rare_classes import RareClasses, RareClassesAction
from tuner.data.dataset import Dataset, load_dataset
from tuner.data.kept_rows import KeptRows, find_kept, keep_rows, read_label_type
from tuner.data.precision import warn_about_lost_columns
from tuner.data.prediction_rows import RawPart, convert_raw, stream_raw
from tuner.data.readers.bundled import BUNDLED
from tuner.data.readers.image_folders import IMAGE_TARGET
from tuner.data.readers.sources import list_image_files
from tuner.data.scaling import Scaler, Scaling, bound, clip_smoothly, fit_scaler, scale_rows
from tuner.data.schema import Schema

__all__ = [
    "BUNDLED",
    "IMAGE_TARGET",
    "READING",
    "TIMED_ROWS",
    "BadCells",
    "Column",
    "Dataset",
    "KeptRows",
    "OnError",
    "RareClasses",
    "RareClassesAction",
    "RawColumns",
    "RawPart",
    "Scaler",
    "Scaling",
    "Schema",
    "bound",
    "choose_chunk_rows",
    "clip_smoothly",
    "convert_raw",
    "find_kept",
    "fit_scaler",
    "keep_rows",
    "list_image_files",
    "load_dataset",
    "read_label_type",
    "scale_rows",
    "spell_names",
    "split_names",
    "stream_raw",
    "warn_about_lost_columns",
]
