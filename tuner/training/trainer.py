"""The interface behind which trainers are exchanged."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING

from tuner.problem import Problem
from tuner.training.plan import FinalJob, Job, Plan
from tuner.training.result import TrialResult

if TYPE_CHECKING:
    import keras
    import keras_tuner

__all__ = ["Trainer"]


class Trainer(ABC):
    """Trains trials on all folds.

    Whatever the trainer, a trial's result depends on its own hyperparameters, the problem, the
    plan and its random streams only: not on its neighbours in a cohort, nor on the order.
    """

    name: str
    # Is told what a person should know of how trials are trained.
    on_note: Callable[[str], None] = staticmethod(lambda note: None)

    def cohort_size(self, problem: Problem) -> int:
        """Return how many trials of a problem this trainer likes to be given at once."""
        return 1

    @abstractmethod
    def train(
        self,
        jobs: Sequence[Job],
        hypermodel: keras_tuner.HyperModel,
        *,
        problem: Problem,
        plan: Plan,
    ) -> Iterator[TrialResult]:
        """Train the trials of a cohort; yield each as it ends, in any order.

        A trial that diverges, or whose hypermodel raises, is yielded as failed with the reason.
        One that the plan's race ends is yielded as if it were complete: `Race.settle` says what
        becomes of it. Where the plan's time is up, those that train end as they are, and
        those that have not begun are left out, but for the first.
        """

    @abstractmethod
    def train_on_all_rows(
        self,
        final_jobs: Sequence[FinalJob],
        hypermodel: keras_tuner.HyperModel,
        *,
        problem: Problem,
        plan: Plan,
    ) -> list[keras.Model]:
        """Train networks on all training rows, as they are trained on a fold's.

        Args:
            final_jobs: Which networks to train, and for how many epochs.
            hypermodel: Builds them.
            problem: Its training rows are used; each row is scaled by the moments of all of them.
            plan: The study's plan; its seed decides the random streams.

        Returns:
            The trained networks in the order of `final_jobs`; each takes scaled rows.
        """

    def estimate_final_rounds(self, networks: int) -> float:
        """Return how long networks take on all rows, in times of a fold of as many rows and epochs.

        A fold's time is its share of a trial's.
        """
        return networks
