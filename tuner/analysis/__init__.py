"""What a study says: which networks to pick, and how good they are."""

from tuner.analysis.ensemble import NETWORKS, Ensemble, Member, Scoring, make_ensemble
from tuner.analysis.results_table import results_table, write_csv
from tuner.analysis.scores import SCORES, Score, score_rows
from tuner.analysis.selection import Selection, pareto, select

__all__ = [
    "NETWORKS",
    "SCORES",
    "Ensemble",
    "Member",
    "Score",
    "Scoring",
    "Selection",
    "make_ensemble",
    "pareto",
    "results_table",
    "score_rows",
    "select",
    "write_csv",
]
