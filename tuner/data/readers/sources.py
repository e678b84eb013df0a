"""From what a person names to a table or an array: bundled names, files by endings, folders."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from tuner.data.readers.bundled import BUNDLED, read_bundled
from tuner.data.readers.csv_files import read_delimited, stream_delimited
from tuner.data.readers.image_folders import ImageFolder
from tuner.data.readers.npz_files import read_arrays
from tuner.data.readers.parquet_files import read_parquet, stream_parquet
from tuner.data.readers.table import Arrays, Table
from tuner.errors import DataError, known_names

__all__ = ["READERS", "STREAMS", "list_image_files", "read_source", "stem", "stream_source"]

READERS: dict[str, Callable[[Path], Table | Arrays]] = {
    ".csv": read_delimited,
    ".csv.gz": read_delimited,
    ".tsv": read_delimited,
    ".tsv.gz": read_delimited,
    ".parquet": read_parquet,
    ".npz": read_arrays,
}
"""The reader of each ending; a new format enters here."""

STREAMS: dict[str, Callable[[Path], Iterator[Table]]] = {
    **dict.fromkeys((".csv", ".csv.gz", ".tsv", ".tsv.gz"), stream_delimited),
    ".parquet": stream_parquet,
}
"""Those that read a part after another; the others read the whole."""


def read_source(source: str) -> Table | Arrays | ImageFolder:
    """Read a bundled data set or a file; of a folder of images, what lies in it.

    Raises:
        DataError: There is no such data set, file or folder, it cannot be opened, its ending is
            not known, or its reader refuses it.
    """
    if source in BUNDLED:
        return read_bundled(source)
    with _open(source):
        return _reader(source)(Path(source))


def stream_source(source: str) -> Iterator[Table | Arrays | ImageFolder]:
    """Yield the rows of a bundled data set or a file, a part after another; a folder as it is.

    Raises:
        DataError: As `read_source`, when it comes to the fault.
    """
    stream = None if source in BUNDLED else STREAMS.get(_ending(Path(source)) or "")
    if stream is None or not Path(source).is_file():
        yield read_source(source)
        return
    with _open(source):
        yield from stream(Path(source))


def list_image_files(source: str) -> list[str] | None:
    """Return the file of each row of a folder of images, within it; None of any other source."""
    if source in BUNDLED or not Path(source).is_dir():
        return None
    folder = ImageFolder.open(Path(source))
    return [folder.name(file) for file in folder.files]


def _reader(source: str) -> Callable[[Path], Table | Arrays | ImageFolder]:
    path = Path(source)
    if path.is_dir():
        return ImageFolder.open
    if not path.exists():
        raise DataError(_absent(source))
    ending = _ending(path)
    if ending is None:
        raise DataError(
            f"data file {source}: its ending is not one that is read; "
            f"give one of {', '.join(READERS)}, or a folder of images"
        )
    return READERS[ending]


@contextmanager
def _open(source: str) -> Iterator[None]:
    try:
        yield
    except OSError as err:
        kind = "folder" if Path(source).is_dir() else "file"
        raise DataError(f"data {kind} {source}: it cannot be read ({err.strerror or err})") from err


def stem(source: str) -> str:
    """Return the short name of a source: the last part of its path, without a known ending.

    >>> stem("tables/adult.csv.gz"), stem("digits")
    ('adult', 'digits')
    """
    path = Path(source)
    if source in BUNDLED:
        return source
    if path.is_dir():
        return path.resolve().name  # of "." and ".." too
    ending = _ending(path)
    return path.name[: -len(ending)] if ending else path.name


def _ending(path: Path) -> str | None:
    name = path.name.lower()
    return next((ending for ending in READERS if name.endswith(ending)), None)


def _absent(source: str) -> str:
    if Path(source).suffix or Path(source).name != source:
        return f"data file {source}: there is no such file; {_offer()}"
    return f"data {source}: there is no such data set or file; {known_names(source, BUNDLED)}"


def _offer() -> str:
    return f"give a file that exists, or one of {', '.join(BUNDLED)}"
