"""What a study says: which networks to pick, how good they are, and what can be told apart."""

from tuner.analysis.answers import (
    Answer,
    Answers,
    Cell,
    Evidence,
    Fit,
    Point,
    Span,
    TrialEvidence,
    answer_parts,
    is_answered,
    make_answers,
    make_own_answer,
)
from tuner.analysis.averaging import average_score, measure_averaging
from tuner.analysis.baselines import (
    Baseline,
    BaselineName,
    JudgedBaseline,
    judge_baselines,
    load_baselines,
    load_or_train_baselines,
    train_baselines,
)
from tuner.analysis.bias_correction import OutOfBag, clip_interval
from tuner.analysis.calibration import Calibration, calibrate, scale_probabilities
from tuner.analysis.class_scores import ClassScore, score_classes
from tuner.analysis.cluster_values import read_cluster_values
from tuner.analysis.ensemble import Ensemble, Member
from tuner.analysis.ensemble_gains import EnsembleGains
from tuner.analysis.exportable import (
    PARETO,
    Exportable,
    check_pick,
    find_exportable,
    list_front,
    make_exportable,
)
from tuner.analysis.guessing import is_right_more_often, judge_guessing, set_guessed_accuracy
from tuner.analysis.importance import Importance, compute_importance
from tuner.analysis.pairs import Pair
from tuner.analysis.pareto_fronts import Fronts, find_front, find_fronts
from tuner.analysis.picks import (
    PICK_NAMES,
    PickName,
    Picks,
    add_known_averaging,
    average_out_of_fold,
    calibrate_networks,
    evaluate_exported,
    pick_networks,
)
from tuner.analysis.predictions import Predictions, predict_out_of_fold
from tuner.analysis.results_table import make_results_table, write_results
from tuner.analysis.scores import BINS, SCORES, Score, bin_by_confidence, score_rows
from tuner.analysis.setting_comparison import (
    compare_settings,
    find_untried_shares,
    make_value_getter,
)
from tuner.analysis.setting_records import Comparison, Setting
from tuner.analysis.significance import NORMAL, compute_margin
from tuner.analysis.study_comparison import compare_studies
from tuner.analysis.tested_networks import read_averaging, read_test_scores
from tuner.analysis.threshold import Threshold, choose_threshold
from tuner.analysis.trial_picks import TrialPicks, pick_trials

__all__ = [
    "BINS",
    "NORMAL",
    "PARETO",
    "PICK_NAMES",
    "SCORES",
    "Answer",
    "Answers",
    "Baseline",
    "BaselineName",
    "Calibration",
    "Cell",
    "ClassScore",
    "Comparison",
    "Ensemble",
    "EnsembleGains",
    "Evidence",
    "Exportable",
    "Fit",
    "Fronts",
    "Importance",
    "JudgedBaseline",
    "Member",
    "OutOfBag",
    "Pair",
    "PickName",
    "Picks",
    "Point",
    "Predictions",
    "Score",
    "Setting",
    "Span",
    "Threshold",
    "TrialEvidence",
    "TrialPicks",
    "add_known_averaging",
    "answer_parts",
    "average_out_of_fold",
    "average_score",
    "bin_by_confidence",
    "calibrate",
    "calibrate_networks",
    "check_pick",
    "choose_threshold",
    "clip_interval",
    "compare_settings",
    "compare_studies",
    "compute_importance",
    "compute_margin",
    "evaluate_exported",
    "find_exportable",
    "find_front",
    "find_fronts",
    "find_untried_shares",
    "is_answered",
    "is_right_more_often",
    "judge_baselines",
    "judge_guessing",
    "list_front",
    "load_baselines",
    "load_or_train_baselines",
    "make_answers",
    "make_exportable",
    "make_own_answer",
    "make_results_table",
    "make_value_getter",
    "measure_averaging",
    "pick_networks",
    "pick_trials",
    "predict_out_of_fold",
    "read_averaging",
    "read_cluster_values",
    "read_test_scores",
    "scale_probabilities",
    "score_classes",
    "score_rows",
    "set_guessed_accuracy",
    "train_baselines",
    "write_results",
]
