"""A trial whose lanes are training: its seeds, its batch orders, and its progress."""

from collections.abc import Sequence

import keras
import numpy as np

from tuner.problem import Problem
from tuner.training.fold_networks import FoldValues
from tuner.training.lanes.interfaces import LaneTrial
from tuner.training.plan import Plan
from tuner.training.progress import Diverged, TrialProgress
from tuner.training.random_streams import derive_seed, draw_batch_order
from tuner.training.result import TrialResult

__all__ = ["RunningTrial"]


class RunningTrial:
    """A trial whose lanes, one per fold, are training.

    Args:
        trial: The trial.
        problem: Rows and folds.
        plan: How long to train, and the objective.

    Attributes:
        has_ended: Whether its result has been returned.
        best_networks: The values of each fold's network at the best epoch so far, if the plan keeps
            networks.
    """

    def __init__(self, trial: LaneTrial, problem: Problem, plan: Plan) -> None:
        self.trial = trial
        self.problem = problem
        self.plan = plan
        self.has_ended = False
        self.best_networks: list[FoldValues] = []
        self.progress = TrialProgress(
            trial.trial,
            problem,
            plan,
            parameters=trial.parameters,
            epochs=trial.epochs,
            stopping=trial.stopping,
            metrics=trial.metrics,
        )

    @property
    def seeds(self) -> list[int]:
        """The seed of each fold's network."""
        streams = map(self.problem.find_stream, range(len(self.problem.folds)))
        return [derive_seed(self.plan.seed, self.trial.trial, stream) for stream in streams]

    def make_initial_variables(self) -> list[Sequence[np.ndarray]]:
        """Return the initial values of each fold's variables."""
        folds = zip(self.seeds, self.problem.folds, strict=True)
        return [self.trial.make_initial_variables(seed, fold.train) for seed, fold in folds]

    def make_fold_network(self, fold: int, values: FoldValues) -> keras.Model:
        """Return the network of a fold, as `FoldNetworks` asks for it."""
        return self.trial.make_network(values)

    def order_rows(self, epoch: int, steps: int) -> np.ndarray:
        """Return row numbers in the order in which each fold's lane visits them.

        Returns:
            Shape `(folds, steps, stored rows)`, int32, padded with row 0, which the program masks.
        """
        folds, seed, trial = self.problem.folds, self.plan.seed, self.trial.trial
        shape = self.trial.shape
        order = np.zeros((len(folds), steps * shape.batch_size), np.int32)
        for number, fold in enumerate(folds):
            rows = len(fold.train)
            stream = self.problem.find_stream(number)
            visits: np.ndarray | slice = slice(None)
            if self.trial.shuffle:
                visits = draw_batch_order(rows, seed=seed, trial=trial, fold=stream, epoch=epoch)
            order[number, :rows] = fold.train[visits]
        batches = order.reshape(len(folds), steps, shape.batch_size)
        return np.pad(batches, ((0, 0), (0, 0), (0, shape.stored_rows - shape.batch_size)))

    def find_learning_rate(self, epoch: int) -> float:
        """Return the learning rate of an epoch, counted from 0."""
        return self.trial.find_learning_rate(epoch, self.progress.means)

    def add_epoch(
        self, place: int, answer: dict[str, np.ndarray], seconds: float
    ) -> TrialResult | None:
        """Add an epoch to the trial's progress; return the trial's result if it ended.

        Args:
            place: The trial's place among those of the block.
            answer: What the program returned for all lanes of the block.
            seconds: The trial's share of the block's time so far.
        """
        folds = len(self.problem.folds)
        lanes = slice(place * folds, (place + 1) * folds)
        logs = {name: list(answer[name][lanes]) for name in ("loss", "accuracy", "penalty")}
        padded = zip(answer["probabilities"][lanes], self.problem.fold_rows, strict=True)
        out_of_fold = [probabilities[:rows] for probabilities, rows in padded]
        try:
            self.has_ended = not self.progress.add_epoch(logs, out_of_fold)
        except Diverged as error:
            self.has_ended = True
            return TrialResult.from_failure(
                self.trial.trial, "diverged", str(error), seconds=seconds
            )
        return self.progress.make_result(seconds) if self.has_ended else None
