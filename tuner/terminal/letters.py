"""Letters that a stream's encoding lacks, such as ASCII where no language is set."""

import codecs
import io

__all__ = ["substitute_letters"]

_NAME = "tuner.substitutes"
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

    >>> stream = io.TextIOWrapper(io.BytesIO(), "ascii")
    >>> substitute_letters(stream)
    >>> print("0.95 ± 0.01 große", file=stream, flush=True)
    >>> stream.buffer.getvalue().decode().rstrip()
    '0.95 +/- 0.01 gro\\\\xdfe'
    """
    codecs.register_error(_NAME, _substitute)
    for stream in streams:
        if isinstance(stream, io.TextIOWrapper) and stream.errors in ("strict", "backslashreplace"):
            stream.reconfigure(errors=_NAME)


def _substitute(error: UnicodeError) -> tuple[str | bytes, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    letter = error.object[error.start]
    if letter in _SUBSTITUTES:
        return _SUBSTITUTES[letter], error.start + 1
    escaped = letter.encode("ascii", "backslashreplace").decode()
    return escaped, error.start + 1
