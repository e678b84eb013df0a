"""The levels of a column of words: which are features, and which are too rare to be."""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from tuner.data.cells import Cells

__all__ = ["FREE_TEXT", "IDENTIFIER", "Levels", "find_levels", "name_months", "unique_reason"]

IDENTIFIER = "identifier"
FREE_TEXT = "free text"

_FEW = 50
"""A column of no more levels keeps all of them."""

_RARE = 10
"""A level in fewer rows is pooled with the others of its kind."""

_MOST, _MOST_OF_MANY, _MANY_ROWS = 1000, 100, 100_000
"""The levels that are kept at most, and in a table of more than so many rows."""

_MONTH = r"(?i)^[^a-z]*\b(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\b[^a-z]*$"
_TWO_NUMBERS = "[0-9]+[^0-9]+[0-9]+"

_ENOUGH = 20
"""Rows in which chance alone does not make values differ from each other."""


@dataclass(frozen=True, slots=True, eq=False)
class Levels:
    """The levels of a column.

    Args:
        names: Those that are features, sorted.
        spellings: Each level with a text that differs from it by blanks, as it stood.
        pooled: The number of levels that are not features.
        rows: The rows in which those stand.
    """

    names: tuple[str, ...]
    spellings: tuple[tuple[str, str], ...]
    pooled: int
    rows: int


def find_levels(cells: Cells, *, keep_rare: bool) -> Levels:
    """Return the levels of a column; surrounding blanks do not count.

    Args:
        cells: The column.
        keep_rare: Pool only what goes beyond the greatest number of levels.
    """
    present = ~cells.empty
    names, places = np.unique(cells.stripped[present], return_inverse=True)
    counts = np.bincount(places, cells.count()[present], minlength=len(names)).astype(int)
    kept = _kept(counts, len(cells.codes), keep_rare)
    spelled = [
        (str(level), str(text))
        for level, text in zip(names[places], cells.texts[present], strict=True)
        if level != text
    ]
    known = set(names[kept])
    return Levels(
        names=tuple(str(name) for name in names[kept]),
        spellings=tuple(sorted(pair for pair in spelled if pair[0] in known)),
        pooled=int((~kept).sum()),
        rows=int(counts[~kept].sum()),
    )


def _kept(counts: np.ndarray, rows: int, keep_rare: bool) -> np.ndarray:
    """Return which levels are features, (levels,) bool."""
    if len(counts) <= _FEW:
        return np.ones(len(counts), bool)
    kept = np.ones(len(counts), bool) if keep_rare else counts >= _RARE
    most = _MOST_OF_MANY if rows > _MANY_ROWS else _MOST
    kept[np.argsort(-counts, kind="stable")[most:]] = False
    return kept


def unique_reason(cells: Cells) -> str:
    """Return why texts that differ from row to row are no levels; "" if they may be.

    Free text has four words or more on average, and more than half of its rows differ. Of an
    identifier, nearly all do.
    """
    present = ~cells.empty
    rows, texts = int(cells.count()[present].sum()), int(present.sum())
    if rows < _ENOUGH or texts <= rows / 2:
        return ""
    words = pc.count_substring_regex(pa.array(cells.stripped[present], pa.string()), r"\S+")
    if pc.mean(words).as_py() >= 4:
        return FREE_TEXT
    return IDENTIFIER if texts >= 0.95 * rows else ""


def name_months(cells: Cells) -> bool:
    """Return whether most texts are dates whose month is a word, such as 31 Dec 2024."""
    present = pa.array(cells.stripped[~cells.empty], pa.string())
    both = (pc.match_substring_regex(present, pattern) for pattern in (_MONTH, _TWO_NUMBERS))
    return bool(pc.mean(pc.and_(*both)).as_py() > 0.5)
