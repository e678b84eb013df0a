"""One chart a file: pure functions of small records to Altair's charts."""

from tuner.report.figures.bars import Bar, bars, bars_height
from tuner.report.figures.calibration import confidence_bins, reliability
from tuner.report.figures.confusion import confusion_counts, confusion_matrix
from tuner.report.figures.cost import score_against_size, score_against_time
from tuner.report.figures.fit import losses_against
from tuner.report.figures.heat_map import heat_map
from tuner.report.figures.intervals import Estimate, intervals
from tuner.report.figures.learning_curves import FOLDS, learning_curves
from tuner.report.figures.progress import progress
from tuner.report.figures.theme import finished
from tuner.report.figures.thinning import crowded
from tuner.report.figures.trials import Trials, tabulate
from tuner.report.figures.trials_over_time import trials_over_time

__all__ = [
    "FOLDS",
    "Bar",
    "Estimate",
    "Trials",
    "bars",
    "bars_height",
    "confidence_bins",
    "confusion_counts",
    "confusion_matrix",
    "crowded",
    "finished",
    "heat_map",
    "intervals",
    "learning_curves",
    "losses_against",
    "progress",
    "reliability",
    "score_against_size",
    "score_against_time",
    "tabulate",
    "trials_over_time",
]
