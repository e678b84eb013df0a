"""Columns that tell the target by themselves: made from it, or known only after it."""

from collections.abc import Sequence

import numpy as np

from tuner.data.column_names import quote_names
from tuner.data.dataset import Dataset
from tuner.data.hazards.column_values import ColumnFeatures, digest_values
from tuner.words import list_first

__all__ = ["score_columns", "warn_about_telling_columns"]

_CERTAIN = 0.99  # balanced accuracy from which on a column tells the target
_PROMISING = 0.97  # on some rows, for a look at all rows
_SEPARATE = 0.9  # from which on thresholds that no row contradicts are looked for
_FEWEST = 20  # rows: in fewer, a column of many may separate the classes by chance
_COUNTED = 10  # rows of a class that counts, if there are two such classes
_LISTED = 5


def warn_about_telling_columns(
    dataset: Dataset, columns: Sequence[ColumnFeatures], rows: np.ndarray, sample: np.ndarray
) -> tuple[str, ...]:
    """Return a warning if single columns tell the target.

    Args:
        dataset: The data.
        columns: Their columns.
        rows: The rows to look at: without copies, which any number of theirs would tell.
        sample: Those of them to look at first.
    """
    x, y = dataset.x, dataset.y
    if len(rows) < _FEWEST:
        return ()
    first = score_columns(columns, x, y, sample)
    promising = [column for column in columns if first[column.name] >= _PROMISING]
    scores = score_columns(promising, x, y, rows) if promising else {}
    telling = {name: score for name, score in scores.items() if score >= _CERTAIN}
    classes = digest_values(y[rows, None].astype(np.float32))
    renamed = [each.name for each in promising if digest_values(each.read(x, rows)) == classes]
    return _warn(telling, renamed, dataset) if telling else ()


def score_columns(
    columns: Sequence[ColumnFeatures], x: np.ndarray, y: np.ndarray, rows: np.ndarray
) -> dict[str, float]:
    """Return the balanced accuracy of each column alone, by name: each half from the other.

    Args:
        columns: The columns.
        x: All features, shape `(all rows, features)`.
        y: All classes, shape `(all rows,)`.
        rows: The rows to look at.
    """
    classes = y[rows]
    halves = _split_in_halves(classes)
    return {each.name: _score_parts(each.read(x, rows), classes, halves) for each in columns}


def _warn(telling: dict[str, float], renamed: list[str], dataset: Dataset) -> tuple[str, ...]:
    """Return the warning.

    Args:
        telling: The balanced accuracy of each column.
        renamed: The columns whose values go with one class each, and the classes with one value.
        dataset: The rows.
    """
    target = dataset.schema.target
    names = sorted(telling, key=lambda name: -telling[name])
    if renamed == names[:1] == names:
        found = f"column {names[0]} is the target {target} in other words"
    elif len(names) == 1:
        found = f"column {names[0]} alone tells the target {target}"
    else:
        found = f"{len(names)} columns each tell the target {target} alone"
    shares = list_first([f"{name} {_format_share(telling[name])}" for name in names], _LISTED)
    accuracy = _format_share(telling[names[0]]) if len(names) == 1 else shares
    subject, which = ("it is", "it") if len(names) == 1 else ("they are", "them")
    if len(names) == len(dataset.schema.used) == 1:
        remedy = "there is nothing else to learn from: add columns"
    elif dataset.schema.array_shape is None:
        remedy = f"leave {which} out with --ignore {quote_names(*names[:_LISTED])}"
    else:
        remedy = f"take {which} out of x"
    return (
        f"{found} (balanced accuracy {accuracy}); if {subject} made from the target, or not "
        f"known yet when a model has to predict, {remedy}",
    )


def _format_share(score: float) -> str:
    """Return a share in percent, 100 % only if nothing is wrong."""
    return "100 %" if score == 1 else f"{min(99.9, np.floor(1000 * score) / 10):.1f} %"


def _split_in_halves(y: np.ndarray) -> np.ndarray:
    """Return which rows are in the first half, with half of each class, shape `(rows,)`, bool."""
    shuffled = np.random.default_rng(1).permutation(len(y))
    by_class = shuffled[np.argsort(y[shuffled], kind="stable")]
    first = np.zeros(len(y), bool)
    first[by_class[::2]] = True
    return first


def _score_parts(values: np.ndarray, classes: np.ndarray, first: np.ndarray) -> float:
    """Return the best balanced accuracy of the parts of a column, each half from the other.

    Args:
        values: Shape `(rows, parts)`.
        classes: Shape `(rows,)`.
        first: Which rows are in the first half, shape `(rows,)`, bool.
    """
    counts = np.bincount(classes)
    counted = counts >= _COUNTED if (counts >= _COUNTED).sum() > 1 else counts > 0
    best = 0.0
    for part in values.T:
        right = np.empty(len(classes), bool)
        for known in (first, ~first):
            right[~known] = _predict(part[known], classes[known], part[~known]) == classes[~known]
        hits = np.bincount(classes, right, minlength=len(counts))
        score = float((hits[counted] / counts[counted]).mean())
        best = max(best, 1.0 if score >= _SEPARATE and _are_separate(part, classes) else score)
    return best


def _are_separate(values: np.ndarray, classes: np.ndarray) -> bool:
    """Return whether each class has an interval of values for itself.

    Of few rows, those beside a threshold may get the wrong class from the other half though no row
    contradicts the threshold.
    """
    runs = [
        1 + np.count_nonzero(np.diff(classes[np.lexsort((ties, values))]))
        for ties in (classes, -classes)  # an equal value of two classes shows in one of the orders
    ]
    return max(runs) == len(np.unique(classes))


def _predict(values: np.ndarray, classes: np.ndarray, new: np.ndarray) -> np.ndarray:
    """Return the class of new values: the majority among the three nearest in order.

    Any thresholds, and any relation of levels to classes, are learned from enough rows. An
    identifier has no other row of its value, and its neighbours say nothing.

    Args:
        values: Values with a class, shape `(rows,)`; NaN if missing, which counts as a value.
        classes: Their classes, shape `(rows,)`.
        new: Values without, shape `(new,)`.
    """
    order = np.argsort(values, kind="stable")  # NaN is last
    # the middle of equal values, so that all three are equal to the new one if as many are
    left, right = (np.searchsorted(values[order], new, side) for side in ("left", "right"))
    places = (left + right) // 2
    ordered, last = classes[order], len(order) - 1
    before, here, after = (ordered[np.clip(places + step, 0, last)] for step in (-1, 0, 1))
    return np.where(before == after, before, here)
