"""What a study says: which networks to pick, and how good they are."""

from tuner.analysis.selection import Selection, select

__all__ = ["Selection", "select"]
