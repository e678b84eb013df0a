"""Splits rows into training, validation and held-out rows, once a study, for all its trials."""

from tuner.folds.split import Fold, Split
from tuner.folds.splitter import Splitter

__all__ = ["Fold", "Split", "Splitter"]
