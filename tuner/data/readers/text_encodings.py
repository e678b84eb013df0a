"""The encoding of a text file: UTF-8, UTF-16 or Latin-1."""

import codecs
from collections.abc import Callable
from typing import BinaryIO

__all__ = ["LATIN_1", "UTF_8", "find_encoding"]

UTF_8 = "utf-8-sig"
"""UTF-8, with or without a byte order mark."""

LATIN_1 = "cp1252"
"""Latin-1, with the printable characters that Windows has in place of control characters."""

_HEAD_BYTES = 1 << 12  # in which line ends are looked for
_BLOCK_BYTES = 1 << 20  # decoded at once


def find_encoding(
    file: BinaryIO, check_size: Callable[[int], object] = lambda size: None
) -> str | None:
    """Return Python's name of a file's encoding; None if the file is not text.

    A byte order mark decides, and so do NUL bytes in the first letter or beside the line ends, as
    UTF-16 has them. Other text is UTF-8 if all of it can be decoded so, because text in another
    encoding almost never can.

    Args:
        file: The file, open for reading.
        check_size: Called with the number of bytes read so far; an error that it raises is passed
            on. A packed file may hold a thousand times its own bytes.

    >>> import io
    >>> find_encoding(io.BytesIO("é,b".encode("utf-16"))), find_encoding(io.BytesIO(b"\\xe9,b"))
    ('utf-16', 'cp1252')
    """
    head = file.read(_HEAD_BYTES)
    candidates = _list_candidates(head)
    return next((name for name in candidates if _can_decode(file, name, check_size)), None)


def _list_candidates(head: bytes) -> tuple[str, ...]:
    if head[:2] in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE):
        return ("utf-16",)
    units = [head[place : place + 2] for place in range(0, len(head), 2)]
    for encoding, line_end in (("utf-16-le", b"\n\0"), ("utf-16-be", b"\0\n")):
        if 2 * units.count(line_end) > head.count(b"\n"):  # a byte of a letter may be like one
            return (encoding,)
    if head[1:2] == b"\0":
        return ("utf-16-le",)
    return ("utf-16-be",) if head[:1] == b"\0" else (UTF_8, LATIN_1)


def _can_decode(file: BinaryIO, encoding: str, check_size: Callable[[int], object]) -> bool:
    file.seek(0)
    decoder = codecs.getincrementaldecoder(encoding)()
    try:
        while block := file.read(_BLOCK_BYTES):
            decoder.decode(block)
            check_size(file.tell())
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True
