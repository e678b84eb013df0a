"""What is the same in all spellings that programs have for a level that is a number or a moment.

A search reads such levels as its data have them. Rows to predict may come from another program, or
by another way. An export copies this file into the MLflow model, so it imports nothing of ours.
"""

import re

__all__ = ["LARGEST_WHOLE", "fold_level"]

LARGEST_WHOLE = 1e15
"""The number below which 15 digits tell whole numbers apart."""

_WRITTEN_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.0|\.[0-9]*[1-9])?")
_TIME = r"([0-9]{2}:[0-9]{2})(?::([0-9]{2})(?:\.([0-9]{1,9}))?)?"
_CLOCK = re.compile(_TIME)
_MOMENT = re.compile(
    rf"([0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}})(?:[ T]{_TIME}(?:Z|[+-][0-9]{{2}}:?[0-9]{{2}})?)?"
)


def fold_level(text: str) -> str:
    """Return a number or moment without what depends on its type; all other texts unchanged.

    Codes that begin with 0, versions such as 1.10, and hours such as 08:00-12:00 are neither. A
    moment is what its clock shows, as offsets are not applied anywhere.

    >>> [fold_level(text) for text in ("3.0", "0.30000000000000004", "0501", "1.10")]
    ['3', '0.3', '0501', '1.10']
    >>> fold_level("2020-01-01"), fold_level("2020-01-01T00:00:00.000Z")
    ('2020-01-01 00:00:00.', '2020-01-01 00:00:00.')
    """
    if _WRITTEN_NUMBER.fullmatch(text) and abs(float(text)) < LARGEST_WHOLE:
        return f"{float(text):.15g}"
    if moment := _MOMENT.fullmatch(text):
        date, minute, second, fraction = (part or "" for part in moment.groups())
        return f"{date} {_fold_time(minute or '00:00', second, fraction)}"
    if clock := _CLOCK.fullmatch(text):
        return _fold_time(*(part or "" for part in clock.groups()))
    return text


def _fold_time(minute: str, second: str, fraction: str) -> str:
    return f"{minute}:{second or '00'}.{fraction.rstrip('0')}"
