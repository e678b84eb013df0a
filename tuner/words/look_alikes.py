r"""Texts that look alike: the same text in two forms, or texts that differ by little things.

The same text has two forms if they differ by Unicode's composition (é is one character, or e and an
accent), by characters without width, or by the kind of a blank. Texts look alike if they differ by
case, accents, dashes, quotation marks, repeated blanks, or letters of another alphabet.
"""

import re
import unicodedata
from collections.abc import Iterable, Sequence

__all__ = [
    "NOTHING_SEEN",
    "find_look_alike",
    "find_look_alikes",
    "fold_look",
    "normalize_form",
    "show_alike",
]

_BLANK = re.compile("[\t\n\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000]")
# without width: the soft hyphen, joiners, marks of direction, the byte order mark, and variations
_INVISIBLE = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064"
    "\u2066-\u206f\ufe00-\ufe0f\ufeff]"
)
NOTHING_SEEN = f"^(?: |{_BLANK.pattern}|{_INVISIBLE.pattern})+$"
"""Matches a text of blanks and invisible characters alone, in Python and in pyarrow."""

_ACCENT = re.compile("[\u0300-\u036f]")  # marks of other scripts make other words
_DASHES = dict.fromkeys(map(ord, "‐‑‒–—―−⁃﹘﹣－"), "-")
_QUOTES = {**dict.fromkeys(map(ord, "‘’‚‛′`´"), "'"), **dict.fromkeys(map(ord, "“”„‟″«»"), '"')}
_LETTERS = dict(
    zip(
        map(ord, "аеікмнорстухвјѕ" + "αβεικνορτυχ"),
        "aeikmhopctyxbjs" + "abeikvoptux",
        strict=True,
    )
)
_TABLE = {**_DASHES, **_QUOTES}


def normalize_form(text: str) -> str:
    r"""Return a text in one form: composed, with plain blanks and without invisible characters.

    >>> normalize_form("Zu\u0308ri\u00adch\u00a01")
    'Zürich 1'
    """
    if text.isascii():
        return text
    return unicodedata.normalize("NFC", _BLANK.sub(" ", _INVISIBLE.sub("", text))).strip()


def fold_look(text: str) -> str:
    """Return what texts that look alike have in common.

    >>> fold_look("ZÜRICH – 1"), fold_look("zurich - 1")
    ('zurich - 1', 'zurich - 1')
    """
    if not text.isascii():
        parts = unicodedata.normalize("NFKD", _INVISIBLE.sub("", text).translate(_TABLE))
        text = _ACCENT.sub("", parts).casefold().translate(_LETTERS)
    return " ".join(text.casefold().split())


def find_look_alikes(texts: Iterable[str]) -> list[list[str]]:
    """Return the groups of texts that look alike, each with two texts or more.

    >>> find_look_alikes(["Bern", "bern", "Basel"])
    [['Bern', 'bern']]
    """
    groups: dict[str, list[str]] = {}
    for text in texts:
        groups.setdefault(fold_look(text), []).append(text)
    return [group for group in groups.values() if len(group) > 1]


def find_look_alike(text: str, known: Iterable[str]) -> str | None:
    """Return the first known text that looks like another text; None if none does.

    >>> find_look_alike("BERN", ["Basel", "Bern"])
    'Bern'
    """
    look = fold_look(text)
    return next((other for other in known if fold_look(other) == look), None)


def show_alike(texts: Sequence[str]) -> list[str]:
    r"""Return texts as they are shown side by side, with escapes where they would look the same.

    >>> show_alike(["Bern", "bern"]), show_alike(["Bern", "Bern\u200b"])
    (['Bern', 'bern'], ['Bern', "'Bern\\u200b'"])
    """
    latin = any(text.isascii() for text in texts)
    return [
        _escape(text)
        if normalize_form(text) != text
        or (latin and any(ord(letter) in _LETTERS for letter in text.casefold()))
        else text
        for text in texts
    ]


def _escape(text: str) -> str:
    r"""Return a text in quotes, with escapes for letters that look like others or like nothing.

    >>> _escape("München\u200b"), _escape("Zu\u0308rich")
    ("'München\\u200b'", "'Zu\\u0308rich'")
    """
    shown = "".join(
        ascii(letter)[1:-1]
        if normalize_form(letter) != letter
        or unicodedata.combining(letter)
        or ord(letter.casefold()[0]) in _LETTERS
        else letter
        for letter in text
    )
    return ascii(text) if shown == text else f"'{shown}'"
