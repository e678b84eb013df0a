"""Tables for `coverage.py`, from which many small data sets are drawn."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

__all__ = ["MADE", "PUBLIC", "Draw", "Table", "draw_rows", "load_table"]

FRESH = 20_000  # the most rows that a model is scored on
_LEAST_SHARE = 0.05  # of the rows; rarer classes are left out, so that every draw has all classes
_LETTERS = 6  # of the alphabet to a class, since 200 rows of 26 classes cannot be cut into folds


@dataclass(frozen=True, eq=False)
class Table:
    """All rows of a table.

    Attributes:
        name: Its name.
        x: Encoded rows, shape `(rows, features)`, float32; a missing number is NaN.
        y: The class of each row, shape `(rows,)`.
        scaled: Whether each feature is standardised, shape `(features,)`.
        groups: The group of each row, shape `(rows,)`; None if rows are independent.
    """

    name: str
    x: np.ndarray
    y: np.ndarray
    scaled: np.ndarray
    groups: np.ndarray | None = None


@dataclass(frozen=True, eq=False)
class Draw:
    """Row numbers of a data set, and of rows that nothing is chosen or trained by.

    Attributes:
        rows: Row numbers of the data set, shape `(rows,)`.
        fresh: Row numbers of the others, shape `(fresh rows,)`.
    """

    rows: np.ndarray
    fresh: np.ndarray


def load_table(name: str, folder: Path) -> Table:
    """Return a made table, or read a public one from a folder."""
    if name in MADE:
        return MADE[name](name)
    from tuner.data import load_dataset

    dataset = load_dataset(str(folder / f"{name}.csv.gz"))
    y = dataset.y
    if name == "letter":
        y = np.array([ord(letter) - ord("A") for letter in dataset.schema.classes])[y] // _LETTERS
    common = np.flatnonzero(np.bincount(y) >= _LEAST_SHARE * len(y))
    kept = np.isin(y, common)
    scalings = dataset.schema.scalings
    assert scalings is not None  # the rows of a table have features to scale
    return Table(name, dataset.x[kept], np.searchsorted(common, y[kept]), scalings)


def draw_rows(table: Table, count: int, *, seed: int, least: int) -> Draw:
    """Draw rows, or whole groups that have as many rows together.

    Args:
        table: The table.
        count: How many rows.
        seed: Decides which.
        least: Rows that each class must have, as many as there are folds. Other draws are
            discarded.
    """
    rng = np.random.default_rng([seed, count])
    classes = int(table.y.max()) + 1
    while True:
        rows, others = _draw_groups(table, count, rng) if table.groups is not None else (None, None)
        if rows is None or others is None:
            order = rng.permutation(len(table.y))
            rows, others = order[:count], order[count:]
        if np.bincount(table.y[rows], minlength=classes).min() >= least:
            return Draw(np.sort(rows), np.sort(others[:FRESH]))


def _draw_groups(
    table: Table, count: int, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """Draw equally many groups of each size, and all rows of fresh groups."""
    assert table.groups is not None
    sizes = np.bincount(table.groups)
    different = np.unique(sizes)
    each, rest = divmod(count, int(different.sum()))
    assert rest == 0, f"{table.name}: groups do not add up to {count} rows"
    drawn = np.concatenate(
        [rng.choice(np.flatnonzero(sizes == size), each, replace=False) for size in different]
    )
    others = rng.permutation(np.setdiff1d(np.arange(len(sizes)), drawn))
    others = others[np.cumsum(sizes[others]) <= FRESH]
    return tuple(np.flatnonzero(np.isin(table.groups, part)) for part in (drawn, others))  # type: ignore[return-value]


def _make_grouped(name: str, sizes: tuple[int, ...], seed: int) -> Table:
    """Return 60,000 rows in groups: a group shifts features and changes the odds of a class."""
    rng = np.random.default_rng(seed)
    each = 60_000 // sum(sizes)
    groups = np.repeat(np.arange(each * len(sizes)), np.tile(sizes, each))
    x = rng.normal(size=(len(groups), 8)) + 0.7 * rng.normal(size=(len(sizes) * each, 8))[groups]
    odds = 1.5 * x[:, 0] + np.sin(2 * x[:, 1]) * x[:, 2] + x[:, 3] * (x[:, 4] > 0)
    odds += rng.normal(size=len(sizes) * each)[groups]
    y = (rng.uniform(size=len(groups)) < 1 / (1 + np.exp(-odds))).astype(np.int64)
    return Table(name, x.astype(np.float32), y, np.ones(8, bool), groups)


MADE: dict[str, Callable[[str], Table]] = {
    # 40, 120 and 400 groups; 10, 30 and 100 groups
    "small-groups": lambda name: _make_grouped(name, (2, 4, 5, 6, 8), seed=1),
    "large-groups": lambda name: _make_grouped(name, (10, 15, 20, 25, 30), seed=2),
}
"""Tables with groups, by name."""

PUBLIC = ("adult", "bank-marketing", "letter", "shuttle")
"""Public tables of 19,000 rows or more."""
