"""Tables for `tabular.py`: public or made ones, split into a training part and a test part."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
from quality_tables import cut

__all__ = ["KADRA_SEED", "MADE", "write_parts"]

KADRA_SEED = 11
"""`random_state` of the split of Kadra et al. (2021)."""

_ROWS = 2_500  # of a made table


def write_parts(
    table: str, tables: Path | None, *, max_rows: int | None, seed: int, folder: Path
) -> None:
    """Write `train.csv` and `test.csv`: four fifths and one fifth, each class with its share.

    Args:
        table: A name in `MADE`, or that of a file `NAME.csv.gz` whose last column is the target.
        tables: Where the files are.
        max_rows: A larger table is cut to about so many rows first; None to take all.
        seed: Decides which rows are taken, and the split.
        folder: Where to.
    """
    from sklearn.model_selection import train_test_split

    if table in MADE:
        cells = MADE[table](np.random.default_rng([seed, 24]))
    else:
        path = str((tables or Path()) / f"{table}.csv.gz")
        if max_rows is not None:
            path = cut(path, max_rows, seed=seed, folder=folder)
        cells = pd.read_csv(path, dtype=str, keep_default_na=False)
    train, test = train_test_split(
        np.arange(len(cells)), test_size=0.2, random_state=seed, stratify=cells.iloc[:, -1]
    )
    cells.iloc[train].to_csv(folder / "train.csv", index=False)
    cells.iloc[test].to_csv(folder / "test.csv", index=False)


def _thresholds(rng: np.random.Generator) -> pd.DataFrame:
    """Return a table whose classes change at thresholds of some numbers, as a tree's would."""
    x = rng.gamma(2.0, size=(_ROWS, 10))
    deep = (x[:, 0] > 1.6) ^ (x[:, 1] > 2.2)
    score = np.where(deep, 1.5, -1.5) + np.where(x[:, 2] > 1.0, 1.0, -1.0) * (x[:, 3] < 2.0)
    return _with_class(x, score + rng.logistic(scale=0.5, size=_ROWS) > 0)


def _long_tails(rng: np.random.Generator) -> pd.DataFrame:
    """Return a table of amounts over five orders of magnitude, and of counts that are often 0."""
    amounts = np.exp(rng.normal(scale=2.0, size=(_ROWS, 5)))
    counts = rng.poisson(np.exp(rng.normal(-0.5, 1.2, size=(_ROWS, 5))))
    share = np.log(amounts[:, 0] / amounts[:, 1])
    score = 0.8 * share + 1.5 * (counts[:, 0] > 0) - 1.2 * (counts[:, 1] > 2) - 0.5
    score += 0.6 * np.log(amounts[:, 2]) * np.where(counts[:, 2] > 0, 1.0, -1.0)
    return _with_class(np.hstack([amounts.round(2), counts]), score + rng.logistic(size=_ROWS) > 0)


def _word_frequencies(rng: np.random.Generator) -> pd.DataFrame:
    """Return a table of the shares of 40 words in texts, most of them 0; classes are subjects."""
    subjects = rng.integers(3, size=_ROWS)
    rates = rng.gamma(0.3, size=(3, 40)) + 0.02
    words = rng.integers(20, 120, size=_ROWS)
    mixed = 0.45 * rates[subjects] + 0.55 * rates[rng.integers(3, size=_ROWS)]
    counts = rng.poisson(mixed / mixed.sum(axis=1, keepdims=True) * words[:, None] * 0.3)
    return _with_class((100 * counts / words[:, None]).round(2), subjects)


def _with_class(x: np.ndarray, classes: np.ndarray) -> pd.DataFrame:
    table = pd.DataFrame(x.round(4), columns=[f"x{place}" for place in range(x.shape[1])])
    table["class"] = np.char.add("c", classes.astype(int).astype(str))
    return table.astype(str)


MADE: dict[str, Callable[[np.random.Generator], pd.DataFrame]] = {
    "made_thresholds": _thresholds,
    "made_long_tails": _long_tails,
    "made_word_frequencies": _word_frequencies,
}
"""Tables of the kinds on which trees were far ahead of plain networks."""
