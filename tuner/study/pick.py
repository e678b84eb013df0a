"""A network that a study picks at its end."""

from dataclasses import asdict, dataclass
from typing import Any

from tuner.space import Value

__all__ = ["Pick"]


@dataclass(frozen=True, slots=True)
class Pick:
    """A network that is named at the end of a search.

    Attributes:
        trial: The trial that it comes from.
        hyperparameters: Those that act in it.
        derived: What follows from them and the data.
        parameters: Trainable weights and biases.
        epoch: Epochs to train.
        score: Cross-validated mean of the objective over rows.
        standard_error: Of that mean, over rows.
        corrected_score: The same, corrected for the choice from many trials.
        corrected_interval: Lower and upper end of the 95 % interval of that.
        scores: Cross-validated mean of every objective, by name.
        standard_errors: Of these means, over rows.
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
        """Return it as JSON has it."""
        return {**asdict(self), "corrected_interval": list(self.corrected_interval)}
