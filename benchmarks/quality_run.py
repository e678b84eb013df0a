"""What a way of `quality.py` is asked, and what it answers; shared by all of them."""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

__all__ = ["SPACE", "Asked", "Found"]

SPACE = "mlp"


@dataclass(frozen=True, slots=True)
class Asked:
    """A search.

    Attributes:
        data: The table; the target is its last column.
        seed: Decides the held-out rows, the folds and all chance of the search.
        budgets: Seconds of search. A way which does not plan by its budget searches for the
            longest, and answers for each. No trial is begun after a budget's end; one that was
            begun before is finished and counts, for every way.
        started: When the process was started, in seconds of `time.time()`.
    """

    data: str
    seed: int
    budgets: tuple[float, ...]
    started: float

    def prepared(self) -> Any:
        """Return encoded rows, held-out rows, folds and limits: those of the command line."""
        from tuner.run.preparing import prepare
        from tuner.run.request import DataRequest
        from tuner.study import SearchSettings

        return prepare(SPACE, DataRequest(self.data), SearchSettings(seed=self.seed))

    def seconds(self) -> float:
        """Return the seconds since the process was started."""
        return time.time() - self.started


@dataclass(frozen=True, slots=True)
class Found:
    """What a way has after a budget.

    Attributes:
        budget: Seconds of search that it was given.
        trials: Trials that it ended, those included which it gave up early.
        completed: Those of them that it trained on all folds; with halving, in the last round.
        search_seconds: What the search really took.
        whole_seconds: The same with imports, and with the best network trained on all training
            rows.
        configuration: That network's hyperparameters.
        probabilities: Of the held-out rows, shape `(rows, classes)`.
    """

    budget: float
    trials: int
    completed: int
    search_seconds: float
    whole_seconds: float
    configuration: Mapping[str, Any]
    probabilities: np.ndarray

    def to_dict(self, y: np.ndarray) -> dict[str, Any]:
        """Return it as JSON has it, with what its probabilities score.

        Args:
            y: Classes of the held-out rows, shape `(rows,)`.
        """
        from tuner.scoring import OBJECTIVES, compute_mean_and_error

        losses = OBJECTIVES["cross_entropy"].row_values(self.probabilities, y)
        accuracy = compute_mean_and_error(OBJECTIVES["accuracy"].row_values(self.probabilities, y))
        return {
            "budget": self.budget,
            "trials": self.trials,
            "completed": self.completed,
            "search_seconds": round(self.search_seconds, 2),
            "whole_seconds": round(self.whole_seconds, 2),
            "log_loss": compute_mean_and_error(losses),
            "accuracy": accuracy,
            "configuration": dict(self.configuration),
            "row_losses": [round(float(loss), 6) for loss in losses],
        }
