"""Rows that stand twice: whole, or with another label."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from tuner.data.columns.column import RawColumns
from tuner.data.columns.column_warnings import RARE, REQUESTED
from tuner.data.columns.identifiers import FREE_TEXT, IDENTIFIER
from tuner.data.dataset import Dataset
from tuner.data.hazards.column_values import ColumnFeatures
from tuner.data.hazards.sampling import draw_rows
from tuner.words import count_noun

__all__ = ["RepeatedRows", "find_repeated_rows", "warn_about_repeated_rows"]

_CHUNK = 1 << 20  # numbers that are hashed at once
_CHANCE = 0.01  # share of the equal pairs that independent columns would have, to say nothing


@dataclass(frozen=True, slots=True, eq=False)
class RepeatedRows:
    """Rows whose content, target aside, occurs more than once.

    Attributes:
        rows: Their numbers, ascending, shape `(rows,)`, int64.
        contents: The number of each one's content, from 0, of the same shape.
    """

    rows: np.ndarray
    contents: np.ndarray

    @property
    def copies(self) -> np.ndarray:
        """The rows but the first of each content, shape `(copies,)`, int64."""
        return np.delete(self.rows, np.unique(self.contents, return_index=True)[1])


def find_repeated_rows(dataset: Dataset, columns: Sequence[ColumnFeatures]) -> RepeatedRows:
    """Return the repeated rows; none if chance explains them.

    Rows of a few columns with few values are equal by chance, and say nothing.

    Args:
        dataset: The data.
        columns: Their columns; none of images.
    """
    repeated = _find_repeated(dataset)
    copies = np.bincount(repeated.contents)
    pairs = float((copies * (copies - 1) // 2).sum())
    once = np.delete(np.arange(len(dataset.y)), repeated.copies)
    sample = once[draw_rows(dataset.y[once])]
    if not pairs or _expect_pairs(dataset.x, columns, sample) <= _CHANCE * pairs:
        return repeated
    none = np.empty(0, np.int64)
    return RepeatedRows(none, none)


def warn_about_repeated_rows(dataset: Dataset, repeated: RepeatedRows) -> tuple[str, ...]:
    """Return warnings about rows that stand twice, whole or but for the target.

    Rows of one group are on one side of each split, whatever they hold.

    Args:
        dataset: The data.
        repeated: The repeated rows.
    """
    rows, contents = repeated.rows, repeated.contents
    if not len(rows):
        return ()
    labels = dataset.y[rows]
    is_cut = _lacks_columns(dataset)
    return (
        *_warn_about_copies(dataset, rows, contents, labels, is_cut=is_cut),
        *_warn_about_contradictions(contents, labels, is_cut=is_cut),
    )


def _lacks_columns(dataset: Dataset) -> bool:
    """Return whether columns are left out that may tell equal rows apart."""
    reasons = {column.reason for column in dataset.schema.columns if not column.is_used}
    if dataset.groups is not None or dataset.order is not None:
        reasons.discard(REQUESTED)  # the column that says so, perhaps
    return not reasons.isdisjoint({RARE, IDENTIFIER, FREE_TEXT, REQUESTED})


def _warn_about_copies(
    dataset: Dataset, rows: np.ndarray, contents: np.ndarray, labels: np.ndarray, *, is_cut: bool
) -> tuple[str, ...]:
    """Warn about rows that are equal with their labels, and may be on two sides of a split.

    Args:
        dataset: The data.
        rows: The rows whose content occurs more than once.
        contents: The content of each, by number.
        labels: Their classes.
        is_cut: Whether columns are left out that may tell such rows apart.
    """
    whole = _number_pairs(contents, labels)
    another, remedy = "another row", "give --groups a column that says which rows belong together"
    if dataset.groups is not None:  # a copy in the same group does no harm
        apart = np.unique(_number_pairs(whole, dataset.groups[rows]), return_index=True)[1]
        whole = whole[apart]
        another, remedy = "a row of another group", "put a row and its copy into one group"
    elif dataset.schema.array_shape is not None:
        remedy = "give groups, in which a row and its copy are together"
    copies = np.bincount(whole)
    repeated = int((copies - np.minimum(copies, 1)).sum())
    if not repeated:
        return ()
    most = f" (one row stands {copies.max():,} times)" if copies.max() > 2 else ""
    return (
        f"{count_noun(repeated, 'row')} of {len(dataset.y):,} "
        f"{'repeats' if repeated == 1 else 'repeat'} {another}"
        f"{' in all columns that are used' if is_cut else ''}, target included{most}; if these "
        "are copies of one observation, networks are tested on rows that they were trained on, "
        f"and all scores are too good: drop them, or {remedy}",
    )


def _warn_about_contradictions(
    contents: np.ndarray, labels: np.ndarray, *, is_cut: bool
) -> tuple[str, ...]:
    """Warn about rows that are equal but for the target; arguments as above."""
    pairs, counts = np.unique(np.column_stack([contents, labels]), axis=0, return_counts=True)
    most, rows = np.zeros((2, len(np.unique(contents))), np.int64)
    np.maximum.at(most, pairs[:, 0], counts)
    np.add.at(rows, pairs[:, 0], counts)
    unclear = rows > most
    if not unclear.any():
        return ()
    wrong = int((rows - most).sum())
    columns = "columns that are used" if is_cut else "other columns"
    return (
        f"{count_noun(int(rows[unclear].sum()), 'row')} stand with different targets though they "
        f"are equal in all {columns}, so that any network is wrong on {wrong:,} of them at "
        "least; correct the targets, or add a column that tells such rows apart",
    )


def _find_repeated(dataset: Dataset) -> RepeatedRows:
    """Return the rows whose content occurs more than once.

    Rows with equal features are found by a quick hash. These few are then compared by their cells
    as they are in the data: rare levels, for example, share a feature but are not equal.
    """
    rows = _keep_repeated(_hash_features(dataset.x))
    contents = _hash_cells(dataset.raw, rows)
    kept = _keep_repeated(contents)
    return RepeatedRows(rows[kept], np.unique(contents[kept], return_inverse=True)[1])


def _keep_repeated(keys: np.ndarray) -> np.ndarray:
    """Return the places of the keys that occur more than once, ascending."""
    order = np.argsort(keys, kind="stable")
    equal = keys[order[1:]] == keys[order[:-1]]
    repeated = np.zeros(len(keys), bool)
    repeated[order[1:][equal]] = True
    repeated[order[:-1][equal]] = True
    return np.flatnonzero(repeated)


def _hash_features(x: np.ndarray) -> np.ndarray:
    """Return a number for each row that is the same for equal rows, shape `(rows,)`, uint64.

    Args:
        x: Shape `(rows, features)`, float32; −0 and 0 are not the same.
    """
    weights = np.random.default_rng(2).integers(2**63, size=x.shape[1], dtype=np.uint64) * 2 + 1
    keys = np.empty(len(x), np.uint64)
    step = max(1, _CHUNK // x.shape[1])
    for start in range(0, len(x), step):
        bits = np.ascontiguousarray(x[start : start + step]).view(np.uint32).astype(np.uint64)
        bits ^= bits >> np.uint64(13)  # whole numbers have many zeros at the end of their bits
        keys[start : start + step] = bits @ weights
    return keys


def _hash_cells(raw: RawColumns, rows: np.ndarray) -> np.ndarray:
    """Return an integer for each of some rows, the same for equal cells, shape `(rows,)`."""
    import pandas as pd

    if set(raw) == {"x"} and raw["x"].ndim > 1:
        return np.array([hash(raw["x"][row].tobytes()) for row in rows], np.int64)
    cells = pd.DataFrame({name: values[rows] for name, values in raw.items()})
    return pd.util.hash_pandas_object(cells, index=False).to_numpy()


def _number_pairs(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """Return the number of each pair of numbers, from 0, shape `(rows,)`, int64."""
    pairs = first * (int(second.max(initial=0)) + 1) + second
    return np.unique(pairs, return_inverse=True)[1]


def _expect_pairs(x: np.ndarray, columns: Sequence[ColumnFeatures], sample: np.ndarray) -> float:
    """Return how many pairs of equal rows there would be if columns were independent."""
    if not columns or len(sample) == 1:
        return 0.0
    equal = 1.0
    for column in columns:
        parts = column.read(x, sample)
        counts = np.unique(parts, axis=0, return_counts=True)[1]
        equal *= float((counts * (counts - 1)).sum()) / (len(sample) * (len(sample) - 1))
    return equal * len(x) * (len(x) - 1) / 2
