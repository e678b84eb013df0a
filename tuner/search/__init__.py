"""The search: oracles propose trials, trainers train them, the study records them."""

from tuner.search.clock import Clock
from tuner.search.fold_tuner import FoldTuner
from tuner.search.loop import SearchLoop
from tuner.search.oracles import ORACLES, StudyOracle

__all__ = ["ORACLES", "Clock", "FoldTuner", "SearchLoop", "StudyOracle"]
