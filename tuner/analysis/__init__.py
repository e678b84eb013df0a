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
    study_answers,
)
from tuner.analysis.baselines import (
    Baseline,
    BaselineName,
    FoldedRows,
    JudgedBaseline,
    baselines_of,
    judge,
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
    tested,
)
from tuner.analysis.comparison import (
    Comparison,
    Pair,
    Setting,
    by_hyperparameter,
    compare_settings,
)
from tuner.analysis.correction import OutOfBag, possible
from tuner.analysis.differences import Difference, differences
from tuner.analysis.ensemble import NETWORKS, Ensemble, Member
from tuner.analysis.importance import Importance, hyperparameter_importance
from tuner.analysis.results_table import results_table, write_csv
from tuner.analysis.scores import SCORES, Score, score_rows
from tuner.analysis.selection import Selection, pareto, select

__all__ = [
    "NETWORKS",
    "PICKS",
    "SCORES",
    "Answers",
    "Baseline",
    "BaselineName",
    "Calibration",
    "Cell",
    "Choice",
    "Comparison",
    "Difference",
    "Ensemble",
    "Evidence",
    "Fit",
    "FoldedRows",
    "Importance",
    "JudgedBaseline",
    "Member",
    "OutOfBag",
    "Pair",
    "PickName",
    "Point",
    "Score",
    "Section",
    "Selection",
    "Setting",
    "Span",
    "baselines_of",
    "by_hyperparameter",
    "calibrate",
    "calibration_of",
    "choose",
    "compare_settings",
    "differences",
    "exported_values",
    "hyperparameter_importance",
    "judge",
    "make_answers",
    "networks_of",
    "objective_values",
    "pareto",
    "possible",
    "results_table",
    "score_rows",
    "select",
    "study_answers",
    "tested",
    "train_baselines",
    "write_csv",
]
