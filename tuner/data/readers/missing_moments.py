"""Spellings of a date or time that means a missing value.

All that reads cells compares their texts: this package, the exported network, and the MLflow model.
So a study keeps each text that a program makes of such a moment.
"""

import re
from collections.abc import Iterable, Iterator
from contextlib import suppress

import pyarrow as pa
import pyarrow.compute as pc

__all__ = ["spell_moments"]

_DATE = r"(?P<date>\d{4}-\d\d-\d\d)"
_TIME = r"(?P<time>\d\d:\d\d)(?::(?P<second>\d\d)(?:\.(?P<fraction>\d{1,9}))?)?"
_MOMENT = re.compile(rf"{_DATE}(?:[ T]{_TIME}(?P<offset>Z|[+-]\d\d:?\d\d)?)?")
_CLOCK = re.compile(_TIME)
_MIDNIGHT = "00:00:00"
_FRACTIONS = (0, 3, 6, 9)  # digits that pandas, pyarrow and Python write
_UTC = ("Z", "+00:00")


def spell_moments(
    texts: Iterable[str], columns: pa.Table, *, is_stored: bool = False
) -> tuple[str, ...]:
    """Return the other spellings of the dates and times in ISO 8601 among texts.

    They are those of pandas, pyarrow and Python; and those to the minute, and with the sign of UTC,
    which JavaScript, databases and spreadsheets write. Where a column has a time zone, they are
    also those of the moment that its clock shows.

    Args:
        texts: Texts that mean missing.
        columns: The columns of a table.
        is_stored: Leave out the spellings that no stored moment has, as earlier versions did.

    >>> spell_moments(["1900-01-01"], pa.table({}))[:3]
    ('1900-01-01 00:00:00', '1900-01-01 00:00:00.000', '1900-01-01 00:00:00.000000')
    """
    kinds = columns.schema.types
    zones = dict.fromkeys(
        kind.tz for kind in kinds if pa.types.is_timestamp(kind) and kind.tz is not None
    )
    given = list(texts)
    utc = () if is_stored else _UTC
    spelled = dict.fromkeys(other for text in given for other in _spell(text, list(zones), utc))
    return tuple(text for text in spelled if text not in given)


def _spell(text: str, zones: list[str], utc: tuple[str, ...]) -> Iterator[str]:
    has_minutes = bool(utc)
    if clock := _CLOCK.fullmatch(text):
        seconds = f"{clock['time']}:{clock['second'] or '00'}"
        yield from _spell_times(seconds, clock["fraction"], has_minutes)
    moment = _MOMENT.fullmatch(text)
    if moment is None:
        return
    time = f"{moment['time'] or '00:00'}:{moment['second'] or '00'}"
    for shown, suffixes in _list_clocks(f"{moment['date']} {time}", moment["offset"], zones, utc):
        date, time = shown.split(" ")
        times = list(_spell_times(time, moment["fraction"], has_minutes))
        if times[0] == _MIDNIGHT:
            yield date
        for suffix in suffixes:
            yield from (f"{date}{parted}{each}{suffix}" for parted in " T" for each in times)


def _spell_times(seconds: str, fraction: str | None, has_minutes: bool) -> Iterator[str]:
    exact = (fraction or "").rstrip("0")
    for digits in _FRACTIONS:
        if len(exact) <= digits:
            yield f"{seconds}.{exact:0<{digits}}" if digits else seconds
    if has_minutes and not exact and seconds.endswith(":00"):
        yield seconds.removesuffix(":00")


def _list_clocks(
    seconds: str, offset: str | None, zones: list[str], utc: tuple[str, ...]
) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Yield what a clock shows at a moment, and which offsets may follow; then so in each zone."""
    if offset is None or (utc and offset in _UTC):
        yield seconds, ("", *utc)
    for zone in zones:
        with suppress(pa.ArrowException):  # of a zone or a day that is not known
            if offset is None:
                naive = pa.scalar(seconds).cast(pa.timestamp("s"))
                moment = pc.assume_timezone(naive, zone, ambiguous="earliest", nonexistent="latest")
            else:
                moment = pa.scalar(seconds + offset).cast(pa.timestamp("s", zone))
            shown = moment.cast(pa.string()).as_py()
            own = shown[len(seconds) :]
            of_utc = own == "Z"
            spelled = ("+00:00", own) if of_utc else (f"{own[:3]}:{own[3:]}", own)
            yield shown[: len(seconds)], ("", *spelled)
