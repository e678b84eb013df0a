"""What a study says: which networks to pick, and how good they are."""

from tuner.analysis.ensemble import NETWORKS, Ensemble, Member, Scoring, make_ensemble
from tuner.analysis.selection import Selection, pareto, select

__all__ = [
    "NETWORKS",
    "Ensemble",
    "Member",
    "Scoring",
    "Selection",
    "make_ensemble",
    "pareto",
    "select",
]
