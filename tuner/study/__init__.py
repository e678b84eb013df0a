"""A study on the disk: what search writes, and tracking, analysis and serving read."""

from tuner.study.argument_differences import list_argument_differences
from tuner.study.final_networks import (
    NETWORKS,
    adds_networks_on_all_rows,
    count_fold_networks,
    count_seconds_to_best,
    estimate_network_seconds,
    exports_ensemble,
    find_all_rows_share,
    have_seen_most,
    trains_on_all_rows,
)
from tuner.study.journal import EventKind, Journal, JournalReader
from tuner.study.listener import Listener
from tuner.study.names import (
    check_name,
    check_root,
    find_free_name,
    list_study_names,
    require_study,
)
from tuner.study.pick import Pick
from tuner.study.places import check_place
from tuner.study.prediction_times import BATCH, PredictionTime, PredictionTimes
from tuner.study.reading_warm_start import open_warm_start
from tuner.study.records import StudyRecord, TrialRecord
from tuner.study.recovery import find_damaged_trials, recover_study
from tuner.study.search_end import ALL_ROWS_KEY, EndKind, SearchEnd
from tuner.study.settings import (
    ENOUGH_ROUNDS,
    FEWEST_ROUNDS,
    LIMITS,
    MOST_ROUNDS,
    MOST_TRIALS,
    OracleName,
    SearchSettings,
    check_setting_types,
)
from tuner.study.stage import Stage
from tuner.study.study import Study
from tuner.study.trial_networks import (
    TrialNetworks,
    describe_networks,
    have_same_networks,
    read_networks,
)
from tuner.study.versions import list_versions
from tuner.study.warm_start import WarmStart

__all__ = [
    "ALL_ROWS_KEY",
    "BATCH",
    "ENOUGH_ROUNDS",
    "FEWEST_ROUNDS",
    "LIMITS",
    "MOST_ROUNDS",
    "MOST_TRIALS",
    "NETWORKS",
    "EndKind",
    "EventKind",
    "Journal",
    "JournalReader",
    "Listener",
    "OracleName",
    "Pick",
    "PredictionTime",
    "PredictionTimes",
    "SearchEnd",
    "SearchSettings",
    "Stage",
    "Study",
    "StudyRecord",
    "TrialNetworks",
    "TrialRecord",
    "WarmStart",
    "adds_networks_on_all_rows",
    "check_name",
    "check_place",
    "check_root",
    "check_setting_types",
    "count_fold_networks",
    "count_seconds_to_best",
    "describe_networks",
    "estimate_network_seconds",
    "exports_ensemble",
    "find_all_rows_share",
    "find_damaged_trials",
    "find_free_name",
    "have_same_networks",
    "have_seen_most",
    "list_argument_differences",
    "list_study_names",
    "list_versions",
    "open_warm_start",
    "read_networks",
    "recover_study",
    "require_study",
    "trains_on_all_rows",
]
