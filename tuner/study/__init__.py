"""A study on the disk: what search writes, and tracking, analysis and serving read."""

from tuner.study.folder import Study, check_name, check_root, free_name, study_names
from tuner.study.journal import Journal, JournalReader
from tuner.study.listener import Listener
from tuner.study.prediction import BATCH, PredictionTime, PredictionTimes
from tuner.study.records import OracleName, Pick, SearchSettings, StudyRecord, TrialRecord
from tuner.study.versions import installed_versions

# what a study may optimise, and what a mean over rows is worth, for its readers
from tuner.training import OBJECTIVES, Objective, Truth, mean_and_error

__all__ = [
    "BATCH",
    "OBJECTIVES",
    "Journal",
    "JournalReader",
    "Listener",
    "Objective",
    "OracleName",
    "Pick",
    "PredictionTime",
    "PredictionTimes",
    "SearchSettings",
    "Study",
    "StudyRecord",
    "TrialRecord",
    "Truth",
    "check_name",
    "check_root",
    "free_name",
    "installed_versions",
    "mean_and_error",
    "study_names",
]
