"""Splits rows into training, validation and held-out rows, once a study, for all its trials."""

from tuner.folds.absent_classes import warn_about_absent_classes
from tuner.folds.refusals import check_arguments
from tuner.folds.split import Fold, Split
from tuner.folds.splitter import Splitter

__all__ = ["Fold", "Split", "Splitter", "check_arguments", "warn_about_absent_classes"]
