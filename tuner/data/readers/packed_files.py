"""Files by their first bytes: gzipped ones, whatever their names, and those of other formats."""

import gzip
import re
from pathlib import Path
from typing import BinaryIO, cast

from tuner.errors import DataError

__all__ = ["is_gzip", "open_unpacked", "refuse_other_formats"]

_GZIP = b"\x1f\x8b"
_OTHERS = {
    _GZIP: "packed twice; unpack it once",
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
    b"ARROW1": "a Feather file; save the table as CSV or Parquet",
    b"<?xml": "XML; save the table as CSV or Parquet",
    b"<!DOCTYPE": "a page of the web; fetch the file that it is about",
    b"<!doctype": "a page of the web; fetch the file that it is about",
    b"<html": "a page of the web; fetch the file that it is about",
    b"version https://git-lfs": "a pointer of Git LFS; fetch the file with git lfs pull",
    b"\xff\xfe\0\0": "text in UTF-32; save it as UTF-8",
}
_HEAD_BYTES = 512
_PATTERNS = {
    rb"(?s).{257}ustar": "a tar archive; unpack it",
    rb'\s*(\{\s*["}]|\[\s*[\[{])': "JSON; save the table as CSV or Parquet",
    rb"(?i)\s*(%[^\n]*\n\s*)*@relation\s": "an ARFF file of Weka; save the table as CSV or Parquet",
}


def is_gzip(path: Path) -> bool:
    """Return whether a file begins as gzipped ones do."""
    with path.open("rb") as file:
        return file.read(len(_GZIP)) == _GZIP


def open_unpacked(path: Path) -> BinaryIO:
    """Open a file, gzipped or not, to read its bytes as they were before."""
    return cast(BinaryIO, gzip.open(path) if is_gzip(path) else path.open("rb"))


def refuse_other_formats(path: Path) -> None:
    """Check that a file of text, gzipped or not, is none of the formats that its begin tells.

    Raises:
        DataError: It is one.
    """
    with open_unpacked(path) as file:
        head = file.read(_HEAD_BYTES)
    for beginning, what in _OTHERS.items():
        if head.startswith(beginning):
            raise DataError(f"data file {path}: it is {what}")
    for pattern, what in _PATTERNS.items():
        if re.match(pattern, head):
            raise DataError(f"data file {path}: it is {what}")
