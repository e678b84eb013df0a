"""How easy the rows of a draw are, by a network that was trained on others of the table.

Most of what a score is away from the truth is how easy its rows are. Taken off, a bias shows in a
quarter of the draws.
"""

import warnings
from functools import cache
from pathlib import Path

import numpy as np
from coverage_tables import Table, draw_rows, load_table

from tuner.scoring import OBJECTIVES

__all__ = ["Reference"]

_ROWS = 8_000  # that a reference network is trained on


class Reference:
    """Row values of networks of scikit-learn, each row's by one that was not trained on it.

    Args:
        folder: Has the public tables.
        least: Rows that each class of a draw has.
    """

    def __init__(self, folder: Path, least: int) -> None:
        self.least = least
        self._table = cache(lambda name: load_table(name, folder))
        self._values = cache(lambda name: _score_rows(self._table(name)))
        self._rows = cache(self._draw)

    def measure_luck(self, table: str, rows: int, draw: int, objective: str) -> float:
        """Return the mean value of the drawn rows less that of all rows."""
        values = self._values(table)[objective]
        return float(values[self._rows(table, rows, draw)].mean() - values.mean())

    def _draw(self, table: str, rows: int, draw: int) -> np.ndarray:
        return draw_rows(self._table(table), rows, seed=draw, least=self.least).rows


def _score_rows(table: Table) -> dict[str, np.ndarray]:
    """Return the value of each row by objective, shape `(rows,)`."""
    from sklearn.model_selection import StratifiedGroupKFold, StratifiedKFold
    from sklearn.neural_network import MLPClassifier

    center = np.where(table.scaled, np.nanmean(table.x, axis=0), 0)
    scale = np.where(table.scaled, np.nanstd(table.x, axis=0) + 1e-9, 1)
    x = np.nan_to_num((table.x - center) / scale)
    kind = StratifiedKFold if table.groups is None else StratifiedGroupKFold
    probabilities = np.zeros((len(x), int(table.y.max()) + 1))
    for train, others in kind(2, shuffle=True, random_state=0).split(x, table.y, table.groups):
        network = MLPClassifier((32,), early_stopping=True, max_iter=40, random_state=0)
        some = np.random.default_rng(0).permutation(train)[:_ROWS]
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of a network that is not trained to its end
            network.fit(x[some], table.y[some])
        probabilities[others] = network.predict_proba(x[others])
    return {name: o.row_values(probabilities, table.y) for name, o in OBJECTIVES.items()}
