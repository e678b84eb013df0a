"""From the name of a source to its reader: bundled names, files by their endings, folders."""

import os
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from difflib import get_close_matches
from functools import partial
from pathlib import Path

import pyarrow as pa

from tuner.data.readers.arrays import ARRAY, Arrays
from tuner.data.readers.bundled import BUNDLED, read_bundled
from tuner.data.readers.csv_files import read_csv, stream_csv
from tuner.data.readers.image_folders import ImageFolder
from tuner.data.readers.npz_files import read_npz
from tuner.data.readers.parquet_files import read_parquet, stream_parquet
from tuner.data.readers.parquet_folders import list_parts, read_parquet_folder
from tuner.data.readers.table import FRAME, Table, locate_given_row
from tuner.errors import DataError, one_line, suggest_names

__all__ = [
    "READERS",
    "STREAMS",
    "is_kept",
    "list_image_files",
    "read_source",
    "shorten_source",
    "stream_source",
]

_KEPT = re.compile(r"[0-9a-f]{64}\.(parquet|npz)")
_NO_PATHS = {
    "://": "download it, and give the path of the file",
    "^~": "give the path with the name of the home folder in place of ~",
    r"\*": "give one file, or a folder of Parquet files or images",
}
_NEAR = 0.75  # how like names must be, where 1 is the same name

READERS: dict[str, Callable[[Path], Table | Arrays]] = {
    ".csv": read_csv,
    ".csv.gz": read_csv,
    ".tsv": read_csv,
    ".tsv.gz": read_csv,
    ".parquet": read_parquet,
    ".npz": read_npz,
}
"""The reader for each file ending; register a new format here."""

STREAMS: dict[str, Callable[[Path], Iterator[Table]]] = {
    **dict.fromkeys((".csv", ".csv.gz", ".tsv", ".tsv.gz"), stream_csv),
    ".parquet": stream_parquet,
}
"""The readers that read a file in parts; all other formats are read at once."""


def read_source(source: str, *, nearest: bool = True) -> Table | Arrays | ImageFolder:
    """Read a bundled data set or a file; list the files of a folder of images.

    Args:
        source: The data set, file or folder.
        nearest: How decimals are read, as `simplify_column` has it.

    Raises:
        DataError: There is no such data set, file or folder, it cannot be opened, its ending is
            unknown, or its reader refuses it.
    """
    if source in BUNDLED:
        return read_bundled(source)
    with _report_unreadable(source):
        reader = _choose_reader(source)
        if not nearest and reader in (read_parquet, read_parquet_folder):
            reader = partial(reader, nearest=False)
        content = reader(Path(source))
    return _name_given(content) if is_kept(source) else content


def is_kept(source: str) -> bool:
    """Return whether a source is a file of rows that a Python program gave, by its name."""
    return bool(_KEPT.fullmatch(Path(source).name)) and source not in BUNDLED


def _name_given(content: Table | Arrays | ImageFolder) -> Table | Arrays | ImageFolder:
    """Return kept rows with the names that messages have for given ones."""
    if isinstance(content, Table):
        return replace(content, label=FRAME, locate=locate_given_row)
    return replace(content, label=ARRAY) if isinstance(content, Arrays) else content


def stream_source(source: str) -> Iterator[Table | Arrays | ImageFolder]:
    """Yield the rows of a source in parts, if its format allows it; otherwise all at once.

    Raises:
        DataError: As `read_source`, when the faulty part is read.
    """
    stream = None if source in BUNDLED else STREAMS.get(_find_ending(Path(source)) or "")
    if stream is None or not os.path.isfile(source):
        yield read_source(source)
        return
    with _report_unreadable(source):
        yield from stream(Path(source))


def list_image_files(source: str) -> list[str] | None:
    """Return the file name of each row of a folder of images; None for any other source."""
    if source in BUNDLED or not os.path.isdir(source) or list_parts(Path(source)):
        return None
    folder = ImageFolder.from_path(Path(source))
    return [folder.shorten(file) for file in folder.files]


def shorten_source(source: str) -> str:
    """Return the short name of a source: the last part of its path, without a known ending.

    >>> shorten_source("tables/adult.csv.gz"), shorten_source("digits")
    ('adult', 'digits')
    """
    path = Path(source)
    if source in BUNDLED:
        return source
    if os.path.isdir(path):
        path = path.resolve()  # because of "." and ".."
    ending = _find_ending(path)
    return path.name[: -len(ending)] if ending else path.name


def _choose_reader(source: str) -> Callable[[Path], Table | Arrays | ImageFolder]:
    path = Path(source)
    if not source:  # as of a variable that is not set; the empty path is the working folder
        raise DataError("--data: the path is empty; give a file, a folder, or a bundled name")
    if path.is_dir():
        return read_parquet_folder if list_parts(path) else ImageFolder.from_path
    if not path.exists():
        raise _make_absence_error(source)
    if not path.is_file():  # reading a FIFO or a device may never end
        raise DataError(
            f"data {source}: it is neither a file nor a folder; write its content to a file, and "
            "give that"
        )
    ending = _find_ending(path)
    if ending is None:
        raise DataError(
            f"data file {source}: its ending is unknown; "
            f"give one of {', '.join(READERS)}, or a folder of images"
        )
    return READERS[ending]


@contextmanager
def _report_unreadable(source: str) -> Iterator[None]:
    """Report what the system or a library says about a source as a `DataError`."""
    kind = "folder" if os.path.isdir(source) else "file"
    try:
        yield
    except OSError as err:
        raise DataError(f"data {kind} {source}: it cannot be read ({err.strerror or err})") from err
    except MemoryError as err:
        raise DataError(
            f"data {kind} {source}: it takes more memory than is free; end other programs, or give "
            "fewer rows or columns"
        ) from err
    except pa.ArrowException as err:
        raise DataError(f"data {kind} {source}: it cannot be read ({one_line(err)})") from err


def _find_ending(path: Path) -> str | None:
    name = path.name.lower()
    return next((ending for ending in READERS if name.endswith(ending)), None)


def _make_absence_error(source: str) -> DataError:
    for pattern, remedy in _NO_PATHS.items():
        if re.search(pattern, source):
            return DataError(f"data {source}: there is no such file; {remedy}")
    near = _find_near_file(Path(source))
    if Path(source).suffix or Path(source).name != source:
        remedy = f"did you mean {near}? Otherwise give" if near else "give"
        return DataError(
            f"data file {source}: there is no such file; {remedy} a file that exists, or one of "
            f"{', '.join(BUNDLED)}"
        )
    known = f"did you mean {near}?" if near else suggest_names(source, BUNDLED)
    return DataError(f"data {source}: there is no such data set or file; {known}")


def _find_near_file(path: Path) -> Path | None:
    """Return the file of data whose name is nearest to that of a file that does not exist.

    The same name with another ending is nearer than any other name.
    """
    try:
        names = [file.name for file in path.parent.iterdir() if _find_ending(file)]
    except OSError:  # there is no such folder, or it cannot be read
        return None
    stems = {shorten_source(name).lower(): name for name in sorted(names, reverse=True)}
    ending = _find_ending(path)
    stem = path.name[: -len(ending)] if ending else path.stem
    near = get_close_matches(stem.lower(), stems, n=1, cutoff=_NEAR)
    return path.parent / stems[near[0]] if near else None
