"""The search: oracles propose, trainers train, the study remembers."""

from tuner.search.kfold_tuner import KFoldTuner
from tuner.search.oracles import ORACLES, StudyOracle

__all__ = ["ORACLES", "KFoldTuner", "StudyOracle"]
