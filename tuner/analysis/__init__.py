"""What a study says: which networks to pick, how good they are, and what can be told apart."""

from tuner.analysis.comparison import (
    Comparison,
    Pair,
    Setting,
    by_hyperparameter,
    compare_settings,
)
from tuner.analysis.ensemble import NETWORKS, Ensemble, Member, Scoring, make_ensemble
from tuner.analysis.results_table import results_table, write_csv
from tuner.analysis.scores import SCORES, Score, score_rows
from tuner.analysis.selection import Selection, pareto, select

__all__ = [
    "NETWORKS",
    "SCORES",
    "Comparison",
    "Ensemble",
    "Member",
    "Pair",
    "Score",
    "Scoring",
    "Selection",
    "Setting",
    "by_hyperparameter",
    "compare_settings",
    "make_ensemble",
    "pareto",
    "results_table",
    "score_rows",
    "select",
    "write_csv",
]
