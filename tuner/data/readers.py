"""From what a person names to a table or an array: bundled names, and files by their endings."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from tuner.data.arrays import read_arrays
from tuner.data.bundled import BUNDLED, read_bundled
from tuner.data.delimited import read_delimited, stream_delimited
from tuner.data.parquet import read_parquet, stream_parquet
from tuner.data.table import Arrays, Table
from tuner.errors import DataError, known_names

__all__ = ["READERS", "STREAMS", "read_source", "stem", "stream_source"]

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


def read_source(source: str) -> Table | Arrays:
    """Read a bundled data set or a file.

    Raises:
        DataError: There is no such data set or file, it is a folder, it cannot be opened, its
            ending is not known, or its reader refuses it.
    """
    if source in BUNDLED:
        return read_bundled(source)
    ending = _checked_ending(source)
    with _open(source):
        return READERS[ending](Path(source))


def stream_source(source: str) -> Iterator[Table | Arrays]:
    """Yield the rows of a bundled data set or a file, a part after another.

    Raises:
        DataError: As `read_source`, when it comes to the fault.
    """
    if source in BUNDLED or _checked_ending(source) not in STREAMS:
        yield read_source(source)
        return
    with _open(source):
        yield from STREAMS[_checked_ending(source)](Path(source))


def _checked_ending(source: str) -> str:
    path = Path(source)
    if path.is_dir():
        raise DataError(
            f"data {source}: it is a folder; give a file ({', '.join(READERS)}) "
            f"or one of {', '.join(BUNDLED)}"
        )
    if not path.exists():
        raise DataError(_absent(source))
    ending = _ending(path)
    if ending is None:
        raise DataError(
            f"data file {source}: its ending is not one that is read; "
            f"give one of {', '.join(READERS)}"
        )
    return ending


@contextmanager
def _open(source: str) -> Iterator[None]:
    try:
        yield
    except OSError as err:
        raise DataError(f"data file {source}: it cannot be read ({err.strerror or err})") from err


def stem(source: str) -> str:
    """Return the short name of a source: a file's name without its folder and known ending.

    >>> stem("tables/adult.csv.gz"), stem("digits")
    ('adult', 'digits')
    """
    path = Path(source)
    ending = None if source in BUNDLED else _ending(path)
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
