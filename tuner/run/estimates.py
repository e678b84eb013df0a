"""How many seconds each stage after the search takes, about.

A time limit reserves these seconds for the stages that follow the trials. The rates were measured
on two cores (benchmarks/report.py).
"""

from dataclasses import dataclass

from tuner.run.setup import Setup

__all__ = ["PREDICTION_SECONDS", "Estimates"]

PREDICTION_SECONDS = 2.0
"""To measure prediction times: the limit of that stage, which only a slow network exceeds."""

_PAGE_SECONDS = 3.0  # to import Altair, to draw the charts, and to bundle Vega
_OVERLAPPED_SECONDS = 7.0  # to write, check and time a model and to write the page, side by side
_ROW_SECONDS = 5e-7  # per row of a trial
_PICKING_ROW_SECONDS = 5e-5  # per row, for the ensemble
_PICKING_SECONDS = 2e-7  # per row of a trial
_CURVE_SECONDS = 2.5e-7  # per class of a row, under roc_auc
_ENSEMBLES = 200  # the most ensembles that bootstrap samples choose
_BASELINE_SECONDS = 1.0
# A cell is one feature of one row in one fold, times the classes, because boosting grows one tree
# per class. A small table takes longer per cell, because it gets more rounds.
_FIRST_CELL_SECONDS = 1e-6
_FIRST_CELLS = 4_000_000
_CELL_SECONDS = 1.6e-7


@dataclass(frozen=True, slots=True)
class Estimates:
    """Seconds of the stages that follow the trials.

    Attributes:
        picking: To pick the networks and to correct their scores.
        prediction_times: To measure how long the networks take to predict.
        baselines: To train the baselines.
        report: To write the report, once all else is known.
    """

    picking: float
    prediction_times: float
    baselines: float
    report: float

    @classmethod
    def from_setup(cls, setup: Setup) -> "Estimates":
        """Return the estimates for a setup."""
        return cls(
            picking=_estimate_picking(setup),
            prediction_times=PREDICTION_SECONDS,
            baselines=_estimate_baselines(setup),
            report=_estimate_report(setup),
        )

    def after_search(self, search: float) -> float:
        """Return how long the stages after the trials take, except the final training.

        Stages overlap, and the baselines are trained beside the search.

        Args:
            search: Seconds from the start of the run to the last trial.
        """
        rows = self.report - _PAGE_SECONDS
        return self.picking + _OVERLAPPED_SECONDS + rows + max(self.baselines - search, 0.0)


def _estimate_report(setup: Setup) -> float:
    """Return about how long the report takes, once picks and baselines are known.

    Args:
        setup: Its rows and its number of trials count.
    """
    return _PAGE_SECONDS + _ROW_SECONDS * _count_predicted_rows(setup) * setup.settings.max_trials


def _estimate_picking(setup: Setup) -> float:
    """Return about how long it takes to pick the networks and to correct their scores.

    Args:
        setup: Its rows, classes, objective and number of trials count.
    """
    rows, settings = _count_predicted_rows(setup), setup.settings
    seconds = rows * (_PICKING_ROW_SECONDS + _PICKING_SECONDS * settings.max_trials)
    if settings.objective != "roc_auc":
        return seconds
    curves = len(setup.dataset.schema.classes) * (settings.max_trials + _ENSEMBLES)
    return seconds + _CURVE_SECONDS * rows * curves


def _estimate_baselines(setup: Setup) -> float:
    """Return about how long the baselines take.

    Args:
        setup: Its rows, features, classes and folds count.
    """
    dataset, split = setup.dataset, setup.split
    cells = len(split.train) * dataset.x[0].size * len(dataset.schema.classes) * len(split.folds)
    first = min(cells, _FIRST_CELLS)
    return _BASELINE_SECONDS + _FIRST_CELL_SECONDS * first + _CELL_SECONDS * (cells - first)


def _count_predicted_rows(setup: Setup) -> int:
    """Return how many rows a trial predicts: each scored row, once per repeat."""
    return sum(len(fold.validation) for fold in setup.split.folds)
