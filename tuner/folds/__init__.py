"""Which rows train, which validate and which are held back: made once a study, for all trials."""

from tuner.folds.split import Fold, Split
from tuner.folds.splitter import Splitter, make_split

__all__ = ["Fold", "Split", "Splitter", "make_split"]
