"""A study on the disk: what search writes, and tracking, analysis and serving read."""

from tuner.study.folder import Study, check_name, check_root, free_name, study_names
from tuner.study.journal import EventKind, Journal, JournalReader
from tuner.study.listener import Listener
from tuner.study.prediction import BATCH, PredictionTime, PredictionTimes
from tuner.study.records import OracleName, Pick, SearchSettings, StudyRecord, TrialRecord
from tuner.study.versions import installed_versions

__all__ = [
    "BATCH",
    "EventKind",
    "Journal",
    "JournalReader",
    "Listener",
    "OracleName",
    "Pick",
    "PredictionTime",
    "PredictionTimes",
    "SearchSettings",
    "Study",
    "StudyRecord",
    "TrialRecord",
    "check_name",
    "check_root",
    "free_name",
    "installed_versions",
    "study_names",
]
