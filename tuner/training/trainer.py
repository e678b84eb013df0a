"""The interface of trainers."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from tuner.errors import SearchFailed
from tuner.problem import Problem
from tuner.training.fold_networks import FoldNetworks, MakeNetwork
from tuner.training.plan import FinalJob, Hooks, Job, Plan
from tuner.training.result import TrialResult

if TYPE_CHECKING:
    import keras
    import keras_tuner

__all__ = ["Trainer"]

_TRIALS_OF_WORKER = 4  # in a cohort, so that no worker waits long for the last one


class Trainer(ABC):
    """Trains trials on all folds, and networks on all rows.

    With any trainer, a trial's result depends only on its own hyperparameters, the problem, the
    plan and its random streams. It does not depend on the other trials, or on their order.

    Attributes:
        name: The name by which a search asks for the trainer.
    """

    name: str

    def choose_cohort_size(self, problem: Problem, workers: int = 1) -> int:
        """Return how many trials of a problem this trainer should be given at once.

        Args:
            problem: The rows and folds.
            workers: How many processes share them, each with a trainer like this one.
        """
        return 1 if workers == 1 else _TRIALS_OF_WORKER * workers

    def cut(
        self,
        jobs: Sequence[Job],
        hypermodel: keras_tuner.HyperModel,
        *,
        plan: Plan,
        workers: int,
    ) -> list[list[Job]]:
        """Cut a cohort into units of work for several processes, each with such a trainer.

        A trial's result does not depend on its unit.

        Args:
            jobs: The trials of the cohort.
            hypermodel: Builds their networks.
            plan: How they are trained.
            workers: How many processes there are.

        Returns:
            The units in the order in which they should begin.
        """
        return [[job] for job in jobs]

    @property
    def at_once(self) -> int:
        """How many trials train side by side, if their networks are not stacked."""
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
        """Train the trials of a cohort.

        When the plan's time is up, running trials end with the epochs that they have. Trials that
        have not begun are skipped, except the first.

        Yields:
            Each trial's result as it ends, in any order. A trial that diverges, or whose
            hypermodel raises an error, has failed. A trial that the plan's race ends is yielded
            as a completed one; `Race.settle` replaces its result.
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
        """Train networks on all training rows, in the same way as on those of a fold.

        Args:
            final_jobs: Which networks to train, and for how many epochs.
            hypermodel: Builds the networks.
            problem: Has the training rows; each is scaled by the moments of all of them.
            plan: The study's plan; its seed determines the random streams.

        Returns:
            The trained networks in the order of `final_jobs`. Each takes scaled rows.
        """

    def train_on_folds(
        self,
        jobs: Sequence[Job],
        hypermodel: keras_tuner.HyperModel,
        *,
        problem: Problem,
        plan: Plan,
    ) -> list[list[keras.Model]]:
        """Return the networks of the folds of some trials, which train to their end.

        Networks that the plan keeps are not trained again. Those of other trials are, from the
        same random streams, and are the same to the bit on the same kind of processor.

        Args:
            jobs: The trials; the epochs of each are its best one.
            hypermodel: Builds the networks.
            problem: The rows and folds; each network takes rows that are scaled by the moments of
                its fold's training rows.
            plan: The study's plan.

        Returns:
            The network of each fold, by job.

        Raises:
            SearchFailed: A trial cannot be trained again.
        """
        kept = FoldNetworks() if plan.hooks.fold_networks is None else plan.hooks.fold_networks
        again = FoldNetworks.without_limits()
        lost = [job for job in jobs if job.trial not in kept]
        plan = replace(plan, hooks=Hooks(fold_networks=again))
        for result in self.train(lost, hypermodel, problem=problem, plan=plan) if lost else ():
            if result.status == "failed":
                raise SearchFailed(f"trial {result.trial} failed again: {result.reason}")
        networks = [(again if job in lost else kept).make_networks(job.trial) for job in jobs]
        kept.take_over(again)
        return networks

    @abstractmethod
    def prepare_fold_networks(
        self,
        job: Job,
        hypermodel: keras_tuner.HyperModel,
        *,
        problem: Problem,
        plan: Plan,
    ) -> MakeNetwork:
        """Return what makes networks of the values that such a trainer kept in another process.

        Args:
            job: The trial that was trained there.
            hypermodel: Builds its networks.
            problem: The rows and folds.
            plan: The study's plan.
        """

    def estimate_fold_times(self, networks: int) -> float:
        """Return the estimated time of training networks on all rows.

        Its unit is the time of a fold of as many rows and epochs, which is the fold's share of its
        trial's time.
        """
        return networks

    def estimate_training_again(self, seconds: Sequence[float]) -> float:
        """Return the estimated seconds of training some trials again, together.

        Args:
            seconds: Those that each of them took, at least one.
        """
        return sum(seconds)

    def close(self) -> None:  # noqa: B027  (most trainers keep nothing)
        """Let go of what the trainer keeps for further cohorts outside of this process."""
