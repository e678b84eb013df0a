"""What a study says: which networks to pick, how good they are, and what can be told apart."""

from tuner.analysis.answers import (
    Answers,
    Cell,
    Evidence,
    Fit,
    Point,
    Section,
    Span,
    make_answers,
)
from tuner.analysis.baselines import (
    Baseline,
    BaselineName,
    FoldedRows,
    JudgedBaseline,
    baselines_of,
    judge,
    kept_baselines,
    train_baselines,
)
from tuner.analysis.calibration import Calibration, calibrate, calibration_of
from tuner.analysis.choice import (
    PICKS,
    Choice,
    PickName,
    choose,
    exported_values,
    networks_of,
    objective_values,
    out_of_fold,
    tested,
)
from tuner.analysis.comparison import (
    Comparison,
    Setting,
    by_hyperparameter,
    compare_settings,
)
from tuner.analysis.correction import OutOfBag, possible
from tuner.analysis.differences import differences
from tuner.analysis.ensemble import NETWORKS, Ensemble, Member
from tuner.analysis.fronts import Fronts, fronts_of
from tuner.analysis.importance import Importance, hyperparameter_importance
from tuner.analysis.pairs import Pair
from tuner.analysis.picking import (
    PARETO,
    Picked,
    check_pick,
    named_pick,
    pareto_picks,
    trial_pick,
)
from tuner.analysis.results_table import results_table, write_csv
from tuner.analysis.scores import BINS, SCORES, Score, by_confidence, score_rows
from tuner.analysis.selection import Selection, pareto, select
from tuner.analysis.significance import NORMAL

__all__ = [
    "BINS",
    "NETWORKS",
    "NORMAL",
    "PARETO",
    "PICKS",
    "SCORES",
    "Answers",
    "Baseline",
    "BaselineName",
    "Calibration",
    "Cell",
    "Choice",
    "Comparison",
    "Ensemble",
    "Evidence",
    "Fit",
    "FoldedRows",
    "Fronts",
    "Importance",
    "JudgedBaseline",
    "Member",
    "OutOfBag",
    "Pair",
    "PickName",
    "Picked",
    "Point",
    "Score",
    "Section",
    "Selection",
    "Setting",
    "Span",
    "baselines_of",
    "by_confidence",
    "by_hyperparameter",
    "calibrate",
    "calibration_of",
    "check_pick",
    "choose",
    "compare_settings",
    "differences",
    "exported_values",
    "fronts_of",
    "hyperparameter_importance",
    "judge",
    "kept_baselines",
    "make_answers",
    "named_pick",
    "networks_of",
    "objective_values",
    "out_of_fold",
    "pareto",
    "pareto_picks",
    "possible",
    "results_table",
    "score_rows",
    "select",
    "tested",
    "train_baselines",
    "trial_pick",
    "write_csv",
]
