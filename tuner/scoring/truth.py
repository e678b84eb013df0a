"""The true classes of rows, and which rows are independent of each other."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from tuner.scoring.objectives import COMPARE_ROWS, RowValues

__all__ = ["Truth"]


@dataclass(frozen=True, eq=False)
class Truth:
    """The true classes of rows, and the clusters that the rows form.

    Clusters are independent of each other. A cluster is a group of rows, or a single row if there
    are no groups. Every error, interval and comparison of scores counts clusters, not rows.

    Attributes:
        y: The class of each row, shape `(rows,)`.
        groups: The group of each row, shape `(rows,)`; None if rows are not grouped.
        folds: The places of each fold's rows, for each repeat; None if one network predicts all
            rows.
    """

    y: np.ndarray
    groups: np.ndarray | None = None
    folds: tuple[tuple[np.ndarray, ...], ...] | None = None

    @cached_property
    def clusters(self) -> np.ndarray:
        """The number of each row's cluster, from 0, shape `(rows,)`."""
        if self.groups is None:
            return np.arange(len(self.y))
        numbers: np.ndarray = np.unique(self.groups, return_inverse=True)[1]
        return numbers

    @cached_property
    def cluster_count(self) -> int:
        """The number of clusters."""
        return int(self.clusters.max()) + 1

    def score_clusters(
        self,
        row_values: RowValues,
        probabilities: np.ndarray,
    ) -> np.ndarray:
        """Return the value of each cluster; the mean of these values is the score.

        Let n rows with the values v form G clusters, and let m be the mean of all v. A cluster has
        the value m + G/n Σ (v − m), the sum over its rows: its influence on the mean. The mean of
        these values is m, and s / √G is its cluster-robust standard error with the correction
        G / (G − 1) (Cameron and Miller 2015, Journal of Human Resources 50, section II). The
        differences between the values of two scores give the error of the difference. The mean
        over a bootstrap sample of clusters is the score of the sample, to first order.

        With repeated predictions, a row has the mean of its values, not the value of its mean
        prediction: the score is that of one network, not of an ensemble.

        The area under the ROC curve is a mean over folds: rows are compared within each. Compared
        over folds, networks that only know how frequent classes are would come to less than 0.5,
        since a fold with more positive rows leaves fewer to train on.

        Args:
            row_values: Gives one value a row, such as `Objective.row_values`.
            probabilities: Shape `(rows, classes)`, or `(repeats, rows, classes)`.

        Returns:
            Shape `(clusters,)`, float64.
        """
        repeats = probabilities.reshape(-1, *probabilities.shape[-2:])
        by_row: np.ndarray = np.mean(
            [self._score_rows(row_values, p, number) for number, p in enumerate(repeats)], axis=0
        )
        return self.to_clusters(by_row)

    def to_clusters(self, by_row: np.ndarray) -> np.ndarray:
        """Return the value of each cluster from those of rows, with the same mean.

        **Shape**: `(rows,)` to `(clusters,)`.
        """
        if self.groups is None:
            return by_row
        mean = by_row.mean()
        influences = np.bincount(self.clusters, weights=by_row - mean)
        return np.asarray(mean + influences * (self.cluster_count / len(self.y)))

    def _score_rows(
        self, row_values: RowValues, probabilities: np.ndarray, repeat: int
    ) -> np.ndarray:
        """Return the value of each row, within its fold if the objective compares rows."""
        if self.folds is None or row_values not in COMPARE_ROWS:
            return row_values(probabilities, self.y)
        values = np.empty(len(self.y))
        for rows in self.folds[repeat % len(self.folds)]:
            values[rows] = row_values(probabilities[rows], self.y[rows])
        defined = ~np.isnan(values)  # the others are of folds whose rows are of a single class
        if defined.all() or not defined.any():
            return values
        mean = values[defined].mean()
        # those rows alone say how well it is known, so they differ by as much more from it
        return np.where(defined, mean + (values - mean) / defined.mean(), mean)
