"""Checksums: at the end of a JSON object's text, and of files.

They find damage, and files that changed places. They are no secret, so they stop nobody who forges.
"""

import errno
import hashlib
import json
import re
from pathlib import Path
from typing import Any

__all__ = ["digest", "digest_file", "read_sealed", "seal", "split_seal"]

_MARK = ', "checksum": "'
_END = re.compile(r'([0-9a-f]{16})"\s*\}\s*')


def seal(text: str, before: str = "") -> str:
    """Return the text of a JSON object with a checksum as its last entry.

    Args:
        text: The text; the object has an entry.
        before: What the object belongs to, which the checksum covers too.

    >>> seal('{"trial": 1}')
    '{"trial": 1, "checksum": "a89de755acf0fba3"}'
    """
    body = text.rstrip().removesuffix("}").rstrip()
    return f'{body}{_MARK}{_compute_checksum(body, before)}"}}'


def read_sealed(text: str, before: str = "") -> Any:
    """Return the JSON value of a text, without its checksum if it has one.

    Version 0.2.0 and older wrote no checksums.

    Raises:
        ValueError: The text is not JSON, or its checksum is wrong.
    """
    value = json.loads(text)
    sealed = isinstance(value, dict) and value.pop("checksum", None) is not None
    if sealed and not split_seal(text, before)[1]:
        raise ValueError("it is not as it was written; its checksum is wrong")
    return value


def split_seal(text: str, before: str = "") -> tuple[str, bool]:
    """Return the checksum of a text, and whether it is right.

    Args:
        text: The text of a JSON object, or its end.
        before: As of `seal`.

    Returns:
        An empty checksum, which is not right, if the text has none.
    """
    body, _, end = text.rpartition(_MARK)
    found = _END.fullmatch(end)
    return (found[1], found[1] == _compute_checksum(body, before)) if found else ("", False)


def _compute_checksum(body: str, before: str) -> str:
    return hashlib.sha256(f"{before}\n{body}".encode()).hexdigest()[:16]


def digest(content: bytes | memoryview) -> str:
    """Return the SHA-256 of a file's content, as `sha256sum` prints it."""
    return hashlib.sha256(content).hexdigest()


def digest_file(path: Path) -> str:
    """Return the SHA-256 of a file, of which little is in memory at once.

    Raises:
        OSError: The file cannot be read, or is no regular one.
    """
    if path.exists() and not path.is_file():  # a FIFO or a device may never end
        raise OSError(errno.EINVAL, "it is no regular file", str(path))
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
