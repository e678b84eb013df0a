"""Which hyperparameters decide whether a trial is among the good ones."""

from collections.abc import Sequence
from dataclasses import dataclass

from tuner.space import Space
from tuner.study import TrialRecord

__all__ = ["Importance", "hyperparameter_importance"]


@dataclass(frozen=True, slots=True)
class Importance:
    """How much each hyperparameter matters.

    Attributes:
        shares: By name, the largest first; they add up to 1. Empty where nothing can be told.
        trials: How many trials it rests on.
        reason: Why nothing can be told; empty otherwise.
    """

    shares: dict[str, float]
    trials: int
    reason: str = ""


def hyperparameter_importance(
    records: Sequence[TrialRecord], space: Space | None, *, maximise: bool
) -> Importance:
    """Return how much each hyperparameter matters.

    Args:
        records: The study's trials.
        space: What they may be; None where a person's own hypermodel declares it.
        maximise: Whether more is better.
    """
    raise NotImplementedError
