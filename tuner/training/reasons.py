"""Errors in one line, for the record of a trial."""

import re

__all__ = ["reason_of"]

_LONGEST = 400  # characters of an error that a trial's record keeps


def reason_of(error: Exception) -> str:
    """Return an error in one line: Keras's own are several, with colours, and end in a dump.

    >>> reason_of(ValueError("units must be positive\\n\\nArguments received by Dense: units=0"))
    'ValueError: units must be positive'
    """
    text = re.sub(r"\x1b\[[0-9;]*m", "", str(error)).partition("Arguments received by")[0]
    return f"{type(error).__name__}: {' '.join(text.split())[:_LONGEST]}"
