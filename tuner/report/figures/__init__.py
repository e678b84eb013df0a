"""The charts of reports, one in each module: functions from small records to Altair charts."""

from tuner.report.figures.bars import Bar, compute_bars_height, draw_bars
from tuner.report.figures.calibration import draw_reliability_diagram, make_confidence_bins
from tuner.report.figures.confusion import MAX_CLASSES, count_confusions, draw_confusion_matrix
from tuner.report.figures.cost import draw_score_by_size, draw_score_by_time
from tuner.report.figures.heat_map import draw_heat_map
from tuner.report.figures.intervals import Estimate, draw_intervals
from tuner.report.figures.learning_curves import MAX_FOLDS, draw_learning_curves
from tuner.report.figures.losses import draw_losses
from tuner.report.figures.progress import draw_progress
from tuner.report.figures.theme import to_specification
from tuner.report.figures.thinning import note_thinning
from tuner.report.figures.trials import Trials, tabulate
from tuner.report.figures.trials_over_time import draw_trials_over_time

__all__ = [
    "MAX_CLASSES",
    "MAX_FOLDS",
    "Bar",
    "Estimate",
    "Trials",
    "compute_bars_height",
    "count_confusions",
    "draw_bars",
    "draw_confusion_matrix",
    "draw_heat_map",
    "draw_intervals",
    "draw_learning_curves",
    "draw_losses",
    "draw_progress",
    "draw_reliability_diagram",
    "draw_score_by_size",
    "draw_score_by_time",
    "draw_trials_over_time",
    "make_confidence_bins",
    "note_thinning",
    "tabulate",
    "to_specification",
]
