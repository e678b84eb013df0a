"""The levels of a column of words: which are features, and which are too rare to be."""

from dataclasses import dataclass

import numpy as np

from tuner.data.parsing.text_column import Cells

__all__ = ["Levels", "find_levels"]

_FEW = 50
"""A column of no more levels keeps all of them."""

_RARE = 10
"""A level in fewer rows is pooled with the others of its kind."""

_MOST, _MOST_OF_MANY, _MANY_ROWS = 1000, 100, 100_000
"""The levels that are kept at most, and in a table of more than so many rows."""


@dataclass(frozen=True, slots=True, eq=False)
class Levels:
    """The levels of a column.

    Args:
        names: Those that are features, sorted.
        spellings: Each level with a text that differs from it by blanks, or, of truth values, by
            case, as it stood.
        pooled: The number of levels that are not features.
        rows: The rows in which those stand.
    """

    names: tuple[str, ...]
    spellings: tuple[tuple[str, str], ...]
    pooled: int
    rows: int


def find_levels(cells: Cells, *, keep_rare: bool) -> Levels:
    """Return the levels of a column; surrounding blanks do not count, nor the case of truth values.

    Args:
        cells: The column.
        keep_rare: Pool only what goes beyond the greatest number of levels.
    """
    present = ~cells.empty
    bare = cells.stripped[present]
    if cells.are_boolean:
        bare = _in_one_case(bare)
    names, places = np.unique(bare, return_inverse=True)
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


def _in_one_case(texts: np.ndarray) -> np.ndarray:
    """Return texts as the first of those is written that differ by case alone, (texts,) object."""
    first: dict[str, str] = {}
    spelled = np.empty(len(texts), object)
    spelled[:] = [first.setdefault(text.lower(), text) for text in texts]
    return spelled


def _kept(counts: np.ndarray, rows: int, keep_rare: bool) -> np.ndarray:
    """Return which levels are features, (levels,) bool."""
    if len(counts) <= _FEW:
        return np.ones(len(counts), bool)
    kept = np.ones(len(counts), bool) if keep_rare else counts >= _RARE
    most = _MOST_OF_MANY if rows > _MANY_ROWS else _MOST
    kept[np.argsort(-counts, kind="stable")[most:]] = False
    return kept
