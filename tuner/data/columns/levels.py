"""The levels of a categorical column: which are features, and which are too rare."""

from dataclasses import dataclass

import numpy as np

from tuner.data.columns.text_forms import list_look_alikes, unify_forms
from tuner.data.parsing.text_column import TextColumn

__all__ = ["Levels", "find_levels"]

_FEW = 50
"""A column with at most this many levels keeps all of them."""

_RARE = 10
"""A level in fewer rows is pooled with the other rare levels."""

_MAX_LEVELS, _MAX_LEVELS_OF_MANY_ROWS, _MANY_ROWS = 1000, 100, 100_000
"""The largest number of levels that are kept, and the one for tables of more than so many rows."""


@dataclass(frozen=True, slots=True, eq=False)
class Levels:
    """The levels of a column.

    Attributes:
        names: The levels that are features, sorted.
        spellings: Pairs of a level and an unchanged text of it that differs by blanks or its
            form in Unicode, or, for truth values, by case.
        indices: The index in `names` of each distinct text of the column, shape `(texts,)`, int64;
            `len(names)` for a pooled level, −1 for an empty text.
        pooled: The number of levels that are not features.
        pooled_rows: The number of rows that have a pooled level.
        merged: The groups of texts that differ by their form in Unicode alone and are one level.
        alike: The levels that look alike, pooled ones included, as a list; "" if there are none.
    """

    names: tuple[str, ...]
    spellings: tuple[tuple[str, str], ...]
    indices: np.ndarray
    pooled: int
    pooled_rows: int
    merged: tuple[tuple[str, ...], ...] = ()
    alike: str = ""


def find_levels(column: TextColumn, *, keep_rare: bool, merge_forms: bool = True) -> Levels:
    """Return the levels of a column, without surrounding blanks; truth values in one case.

    Args:
        column: The column.
        keep_rare: Pool only the levels beyond the largest number of levels.
        merge_forms: Whether texts that differ by their form in Unicode or by invisible characters
            are one level.
    """
    present = ~column.empty
    stripped = column.stripped[present]
    stripped, merged = unify_forms(stripped) if merge_forms else (stripped, ())
    if column.is_boolean:
        stripped = _unify_case(stripped)
    names, places = np.unique(stripped, return_inverse=True)
    counts = np.bincount(places, column.count_rows()[present], minlength=len(names)).astype(int)
    kept = _choose_levels(counts, len(column.indices), keep_rare)
    indices = np.full(len(column.texts), -1)
    indices[present] = np.where(kept, np.cumsum(kept) - 1, kept.sum())[places]
    spelled = [
        (str(level), str(text))
        for level, text in zip(names[places], column.texts[present], strict=True)
        if level != text
    ]
    known = set(names[kept])
    return Levels(
        names=tuple(str(name) for name in names[kept]),
        spellings=tuple(sorted(pair for pair in spelled if pair[0] in known)),
        indices=indices,
        pooled=int((~kept).sum()),
        pooled_rows=int(counts[~kept].sum()),
        merged=merged,
        alike=list_look_alikes(names.tolist()),
    )


def _unify_case(texts: np.ndarray) -> np.ndarray:
    """Return texts in the case of the first one that differs by case alone, `(texts,)` object."""
    first: dict[str, str] = {}
    unified = np.empty(len(texts), object)
    unified[:] = [first.setdefault(text.lower(), text) for text in texts]
    return unified


def _choose_levels(counts: np.ndarray, rows: int, keep_rare: bool) -> np.ndarray:
    """Return which levels are features, shape `(levels,)`, bool."""
    if len(counts) <= _FEW:
        return np.ones(len(counts), bool)
    kept = np.ones(len(counts), bool) if keep_rare else counts >= _RARE
    most = _MAX_LEVELS_OF_MANY_ROWS if rows > _MANY_ROWS else _MAX_LEVELS
    kept[np.argsort(-counts, kind="stable")[most:]] = False
    return kept
