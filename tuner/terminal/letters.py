"""Letters that a stream's encoding lacks, such as ASCII where no language is set."""

import codecs
import io

__all__ = ["substitute_letters"]

_NAME, _ESCAPING = "tuner.substitutes", "tuner.substitutes_and_bytes"
_HANDLERS = {"strict": _NAME, "backslashreplace": _NAME, "surrogateescape": _ESCAPING}
_SUBSTITUTES = {
    "±": "+/-",
    "×": "x",
    "…": "...",
    "–": "-",
    "−": "-",
    "·": "*",
    "≤": "<=",
    "≥": ">=",
    "→": "->",
    "“": '"',
    "”": '"',
    "’": "'",
    "‘": "'",
}


def substitute_letters(*streams: object) -> None:
    """Let streams print what their encoding lacks in other letters, or as Python escapes it.

    Where no language is set, Python also lets bytes of file names that are no text pass; they do.

    >>> stream = io.TextIOWrapper(io.BytesIO(), "ascii")
    >>> substitute_letters(stream)
    >>> print("0.95 ± 0.01 große", file=stream, flush=True)
    >>> stream.buffer.getvalue().decode().rstrip()
    '0.95 +/- 0.01 gro\\\\xdfe'
    """
    codecs.register_error(_NAME, _substitute)
    codecs.register_error(_ESCAPING, _substitute_or_pass)
    for stream in streams:
        if isinstance(stream, io.TextIOWrapper) and stream.errors in _HANDLERS:
            stream.reconfigure(errors=_HANDLERS[stream.errors])


def _substitute(error: UnicodeError) -> tuple[str | bytes, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    letter = error.object[error.start]
    if letter in _SUBSTITUTES:
        return _SUBSTITUTES[letter], error.start + 1
    escaped = letter.encode("ascii", "backslashreplace").decode()
    return escaped, error.start + 1


def _substitute_or_pass(error: UnicodeError) -> tuple[str | bytes, int]:
    if isinstance(error, UnicodeEncodeError):
        byte = ord(error.object[error.start]) - 0xDC00  # as `surrogateescape` keeps it
        if 0x80 <= byte <= 0xFF:
            return bytes([byte]), error.start + 1
    return _substitute(error)
