"""A network that a study picks at its end."""

from dataclasses import asdict, dataclass
from typing import Any

from tuner.space import Value

__all__ = ["Pick"]


@dataclass(frozen=True, slots=True)
class Pick:
    """A trial that the study names at its end, such as the best, with corrected scores.

    Attributes:
        trial: Number of the trial.
        hyperparameters: Its active hyperparameters.
        derived: Hyperparameters that follow from these and the data.
        parameters: Number of trainable weights and biases.
        epoch: Number of epochs to train.
        score: Cross-validated mean of the objective over rows.
        standard_error: Standard error of `score` over rows.
        corrected_score: The score, corrected for picking the best of many trials.
        corrected_interval: Lower and upper end of the 95 % interval of `corrected_score`.
        scores: Cross-validated mean of every objective, by name.
        standard_errors: Standard errors of `scores` over rows, by name.
    """

    trial: int
    hyperparameters: dict[str, Value]
    derived: dict[str, Value]
    parameters: int
    epoch: int
    score: float
    standard_error: float
    corrected_score: float
    corrected_interval: tuple[float, float]
    scores: dict[str, float]
    standard_errors: dict[str, float]

    def to_dict(self) -> dict[str, Any]:
        """Return the pick as JSON values."""
        return {**asdict(self), "corrected_interval": list(self.corrected_interval)}
