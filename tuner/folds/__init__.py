"""Which rows train, which validate and which are held back: made once a study, for all trials."""

from tuner.folds.split import Fold, Split
from tuner.folds.splitter import Splitter

__all__ = ["Fold", "Split", "Splitter"]
