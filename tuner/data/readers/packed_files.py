"""Files by their first bytes: gzipped ones, whatever their names, and those of other formats."""

from pathlib import Path

from tuner.errors import DataError

__all__ = ["is_gzip", "refuse_other_formats"]

_GZIP = b"\x1f\x8b"
_OTHERS = {
    b"PK\x03\x04": "a zip archive or an Excel workbook; unpack it, or save the sheet as CSV",
    b"\xd0\xcf\x11\xe0": "an Excel workbook; save the sheet as CSV",
    b"BZh": "packed with bzip2; unpack it",
    b"\xfd7zXZ\0": "packed with xz; unpack it",
    b"\x28\xb5\x2f\xfd": "packed with zstd; unpack it",
    b"7z\xbc\xaf": "a 7z archive; unpack it",
    b"PAR1": "a Parquet file; let its name end with .parquet",
    b"\x93NUMPY": "an array of NumPy; save x and y in an .npz file with numpy.savez",
    b"\x89HDF": "an HDF5 file; save the table as CSV or Parquet",
    b"SQLite format 3": "a SQLite database; save the table as CSV or Parquet",
    b"%PDF-": "a PDF document; save its table as CSV",
    b'{"': "JSON; save the table as CSV or Parquet",
    b"[{": "JSON; save the table as CSV or Parquet",
    b"<!DOCTYPE": "a page of the web; fetch the file that it is about",
    b"<!doctype": "a page of the web; fetch the file that it is about",
    b"<html": "a page of the web; fetch the file that it is about",
    b"version https://git-lfs": "a pointer of Git LFS; fetch the file with git lfs pull",
    b"\xff\xfe\0\0": "text in UTF-32; save it as UTF-8",
}


def is_gzip(path: Path) -> bool:
    """Return whether a file begins as gzipped ones do."""
    with path.open("rb") as file:
        return file.read(len(_GZIP)) == _GZIP


def refuse_other_formats(path: Path) -> None:
    """Check that a file of text is none of the formats that are known by their first bytes.

    Raises:
        DataError: It is one.
    """
    with path.open("rb") as file:
        head = file.read(max(map(len, _OTHERS)))
    for beginning, what in _OTHERS.items():
        if head.startswith(beginning):
            raise DataError(f"data file {path}: it is {what}")
